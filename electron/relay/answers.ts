import type http from 'node:http'
import type { Failure, Problem } from '../contract/generated/api'

export function sendProblem(response: http.ServerResponse, status: number, problem: Problem): void {
  const failure: Failure = { problem }
  const body = Buffer.from(JSON.stringify(failure))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store' }).end(body)
}
