/** The shapes that cross the boundary to main and search_server, in one place for the window. Types only. */
export type {
  FileHit,
  ImageFacts,
  Item,
  ItemKind,
  ItemPage,
  ItemSort,
  ItemState,
  LibrarySummary,
  ModelId,
  Moment,
  Problem,
  QueueSummary,
  Root,
  SearchResponse,
  Segment,
  SegmentKind,
  SegmentPage,
  SortOrder,
  Unsearchable,
  Why,
} from '@contract/generated/api'
export type { CareOutcome, CareTask, EngineStatus, JobProgress, JobStage, LibraryCareEnded, SidecarName } from '@contract/generated/events'
export type { AboutPlace, Bridge, IpcArgument, IpcChannel, IpcReply, IpcResults, ImportSummary, LicensedComponent, MenuCommand, Session, Settings, SuggestedFolder, ThirdPartyLicences } from '@contract/ipc'
export type { LibraryCare, ModelEntry, RelayEvent, RelayMessage, SidecarFailure, SidecarStatus, SupervisorState } from '@contract/relay'
export type { Update, Updates, UpdateState, UpdateWay } from '@contract/updates'
