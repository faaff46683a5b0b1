/** A client for PiKVM, usable without Node-RED. */
export type { LoginOptions } from "./access";
export { parseAddress, type Address } from "./address";
export type { Atx, PressOptions } from "./atx";
export type { Auth, LogoutOptions } from "./auth";
export type { ButtonsState } from "./buttons";
export type { ClientCertificate } from "./client-certificate";
export type { ChangeOptions } from "./commands";
export type { AuthMethod } from "./credentials";
export type { Drive, DriveOptions, DriveResult, MountOptions } from "./drive";
export {
  APIError,
  AuthError,
  BusyError,
  CancelledError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  errorKinds,
  PiKVMError,
  RedirectError,
  ResponseError,
  UnavailableError,
  WaitTimeoutError,
  WebSocketError,
} from "./errors";
export type { EventsOptions, EventStream, StreamEvents } from "./events";
export type { MediaFrame, VideoFormat } from "./frame-queue";
export type {
  Gpio,
  GpioHardware,
  GpioItem,
  GpioModel,
  GpioOptions,
  GpioOutputScheme,
  GpioState,
  PulseOptions,
} from "./gpio";
export type { Hid, HidParams } from "./hid";
export { channelPath, type GpioChannel } from "./gpio-names";
export type { Keyboard, TextOptions } from "./keyboard";
export type {
  DownloadImageOptions,
  FetchImageOptions,
  Images,
  ListedImage,
  RemoveImageOptions,
  SaveImageOptions,
  UploadImageOptions,
} from "./images";
export { isKey, KEYS, type Key } from "./keys";
export type { ConnectionChange, LinkEvents } from "./link";
export type { SoftwareVersion } from "./link-session";
export type { LiveOptions } from "./live";
export type { BatchOptions, KeyPress, LiveHid } from "./live-hid";
export {
  MACRO_EVENTS,
  parseMacro,
  type Macro,
  type MacroEvent,
  type MacroEvents,
  type MacroRange,
  type MacroStep,
} from "./macro";
export type { Macros, PlayOptions, PlayResult } from "./macro-player";
export type { Media, MediaState } from "./media";
export type { MediaSocket } from "./media-socket";
export type { DeviceEvent, StateChange } from "./merge";
export type { MjpegFrame, MjpegOptions } from "./mjpeg";
export { MOUSE_BUTTONS, type MouseButton, type MouseDelta } from "./mouse";
export type { DownloadOptions, Msd, MsdParams, StoredImage, UploadOptions, UploadRemoteOptions } from "./msd";
export { PiKVM, type PiKVMOptions } from "./pikvm";
export type { ClickOptions, DragOptions, Point, Pointer, PointUnit } from "./pointer";
export type { Power, PowerOffOptions, PowerOptions, PowerResult, PowerWait } from "./power";
export type { PowerState } from "./power-led";
export type { Metrics, Prometheus } from "./prometheus";
export {
  RESET_TYPES,
  type InsertOptions,
  type Redfish,
  type RedfishCollection,
  type RedfishDocument,
  type RedfishLink,
  type RedfishManager,
  type RedfishRoot,
  type RedfishSystem,
  type RedfishVirtualMedia,
  type ResetType,
} from "./redfish";
export type {
  ChannelReading,
  ChannelState,
  GpioReading,
  PulseRelayOptions,
  RelayOptions,
  Relays,
  SwitchRelayOptions,
} from "./relays";
export type { ReadTextOptions, Screen, ScreenshotOptions } from "./screen";
export type { ScreenChange, ScreenCondition, WatchScreenOptions } from "./screen-watch";
export type { PictureCondition, ScreenEvent } from "./sightings";
export { isReported, namesAsText, namesBeside, statePath, valueAt, type StatePath } from "./state-path";
export type { ChangeSettingsOptions } from "./video-settings";
export type { FoundText, WaitForTextOptions } from "./text-wait";
export { textMatcher, type TextMatcher, type TextMode, type TextPattern } from "./text-match";
export type { AwaitedValue, WaitForValueOptions, Watch } from "./watch";
export {
  METHODS,
  type ApiAnswer,
  type ApiRequestOptions,
  type BodyFormat,
  type Method,
  type StreamOptions,
} from "./request";
export type { OcrInfo, OcrOptions, Preview, Snapshot, SnapshotOptions } from "./snapshot";
export type { AtxState, HidState, InfoState, MsdDrive, MsdImage, MsdState, MsdStorage, States } from "./states";
export type { SetStreamerParams, Streamer } from "./streamer";
export type { StreamerParams, StreamerState, UstreamerState } from "./streamer-state";
export type { BeaconPlace, Switch, SwitchPortParams } from "./switch";
export type { SwitchResult } from "./switch-change";
export type { EdidResult, Edids, NamedEdid } from "./switch-edids";
export type { Beacon, BeaconResult, PortOptions, PortResult, Ports } from "./switch-ports";
export type { SwitchColor, SwitchEdid, SwitchEdids, SwitchPort, SwitchRole, SwitchState } from "./switch-state";
export type { InfoOptions, LogOptions, LogRecord, System } from "./system";
export type { Download, ImageSource, TransferProgress } from "./transfer";
export type { CallOptions, Query } from "./transport";
export { readCertificate, type Certificate, type CertificateTrust, type PinnedTrust, type Trust } from "./trust";
export type { TypeOptions } from "./typist";
export type { Video, VideoLease, VideoOptions } from "./video";
