import { ref, type Ref } from 'vue'

const message = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

/** One polite live region for the whole window; what is said while somebody still types is said once they pause. */
export function useAnnouncer(): { message: Readonly<Ref<string>>; announce: (text: string, delay?: number) => void } {
  function announce(text: string, delay = 700): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      message.value = text
    }, delay)
  }
  return { message, announce }
}
