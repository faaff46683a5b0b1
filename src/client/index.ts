/** A client for PiKVM, usable without Node-RED. */
export type { LoginOptions } from "./login/access";
export { parseAddress } from "./http/address";
export type { Atx, PressOptions } from "./power/atx";
export type { Auth, LogoutOptions } from "./login/auth";
export type { ButtonsState } from "./power/buttons";
export type { ClientCertificate } from "./tls/client-certificate";
export type { ChangeOptions } from "./http/commands";
export { findDevices, type FindOptions, type FoundDevice } from "./discovery/find";
export type { Drive, DriveOptions, DriveResult, MountOptions } from "./msd/drive";
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
export type { MissingSetting } from "./errors";
export type { EventsOptions, EventStream, StreamEvents } from "./events/events";
export { expressionOf, type Expression } from "./expression";
export type { MediaFrame, VideoFormat } from "./video/frame-queue";
export type {
  Gpio,
  GpioHardware,
  GpioItem,
  GpioModel,
  GpioOptions,
  GpioOutputScheme,
  GpioState,
  PulseOptions,
} from "./gpio/gpio";
export type { Hid, HidParams } from "./hid/hid";
export { channelPath, type GpioChannel } from "./gpio/gpio-names";
export type { HostOptions } from "./hid/host-wait";
export type { Keyboard, TextOptions } from "./hid/keyboard";
export type {
  DownloadImageOptions,
  FetchImageOptions,
  Images,
  ListedImage,
  RemoveImageOptions,
  SaveImageOptions,
  UploadImageOptions,
} from "./msd/images";
export type { LinkEvents } from "./events/link";
export type { ConnectionChange } from "./reconnect";
export type { SoftwareVersion } from "./versions";
export type { KeymapCheckOptions } from "./hid/keymap-check";
export type { LiveOptions } from "./hid/live";
export type { BatchOptions, KeyPress, LiveHid } from "./hid/live-hid";
export { parseMacro, type Macro, type MacroEvents, type MacroRange, type MacroStep } from "./hid/macro";
export type { Macros, PlayOptions, PlayResult } from "./hid/macro-player";
export type { Media } from "./video/media";
export type { MediaSocket } from "./video/media-socket";
export type { MediaState } from "./video/media-state";
export type { DeviceEvent, StateChange } from "./events/merge";
export type { MjpegFrame, MjpegOptions } from "./video/mjpeg";
export type { SkippedInStep } from "./hid/macro-check";
export { type MouseDelta } from "./hid/mouse";
export type { DownloadOptions, Msd, MsdParams, StoredImage, UploadOptions, UploadRemoteOptions } from "./msd/msd";
export { PiKVM, type PiKVMOptions } from "./pikvm";
export type { ClickOptions, DragOptions, Point, Pointer } from "./hid/pointer";
export type { Power, PowerOffOptions, PowerOptions, PowerResult } from "./power/power";
export type { PowerSettings } from "./power/settings";
export type { PowerState } from "./events/power-led";
export type { Metrics, Prometheus } from "./system/prometheus";
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
} from "./system/redfish";
export type {
  ChannelReading,
  ChannelState,
  GpioReading,
  PulseRelayOptions,
  RelayOptions,
  Relays,
  SwitchRelayOptions,
} from "./gpio/relays";
export type { ReadTextOptions, Screen, ScreenshotOptions } from "./screen/screen";
export type { ScreenChange, ScreenCondition, WatchScreenOptions } from "./screen/screen-watch";
export type { PictureCondition, ScreenEvent } from "./screen/sightings";
export { isReported, namesAsText, namesBeside, statePath, valueAt, type StatePath } from "./events/state-path";
export type { ChangeSettingsOptions } from "./video/video-settings";
export type { FoundText, WaitForTextOptions } from "./screen/text-wait";
export { textMatcher, type TextMatcher, type TextPattern } from "./screen/text-match";
export type { AwaitedValue, WaitForValueOptions, Watch } from "./events/watch";
export { type ApiAnswer, type ApiRequestOptions, type StreamOptions } from "./http/request";
export type { OcrInfo, OcrOptions, Preview, Snapshot, SnapshotOptions } from "./video/snapshot";
export type { AtxState, HidState, InfoState, MsdDrive, MsdImage, MsdState, MsdStorage, States } from "./events/states";
export type { SetStreamerParams, Streamer } from "./video/streamer";
export type { StreamerParams, StreamerState, UstreamerState } from "./video/streamer-state";
export type { BeaconPlace, Switch, SwitchPortParams } from "./switch/switch";
export type { SwitchResult } from "./switch/switch-change";
export type { EdidResult, Edids, NamedEdid } from "./switch/switch-edids";
export type { Beacon, BeaconResult, PortOptions, PortResult, Ports } from "./switch/switch-ports";
export type { SwitchColor, SwitchEdid, SwitchEdids, SwitchPort, SwitchRole, SwitchState } from "./switch/switch-state";
export type { InfoOptions, LogOptions, LogRecord, System } from "./system/system";
export type { Download, ImageSource, TransferProgress } from "./http/transfer";
export type { CallOptions, Query } from "./http/transport";
export { readCertificate, type Certificate } from "./tls/connector";
export type { CertificateTrust, PinnedTrust, Trust } from "./tls/trust";
export type { Skipped } from "./hid/skipped";
export type { TypedText } from "./hid/typed-count";
export type { TypeOptions } from "./hid/typist";
export type { Video, VideoLease, VideoOptions } from "./video/video";
export {
  type Address,
  type AuthMethod,
  type BodyFormat,
  isKey,
  keyOf,
  type Key,
  KEYS,
  MACRO_EVENTS,
  type MacroEvent,
  type Method,
  METHODS,
  MOUSE_BUTTONS,
  type MouseButton,
  type PointUnit,
  type PowerPresser,
  type PowerSource,
  type PowerWait,
  type TextMode,
} from "./vocabulary";
