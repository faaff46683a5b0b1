/** A client for PiKVM, usable without Node-RED. */
export { parseAddress, type Address } from "./address";
export type { Atx, PressOptions } from "./atx";
export type { Auth } from "./auth";
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
export type { EventStream } from "./events";
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
export type { Hid, HidParams, TypeOptions } from "./hid";
export { isKey, KEYS, type Key } from "./keys";
export type { ConnectionChange, LinkEvents } from "./link";
export type { SoftwareVersion } from "./link-session";
export type { LiveOptions } from "./live";
export type { BatchOptions, KeyPress, LiveHid } from "./live-hid";
export type { DeviceEvent, StateChange } from "./merge";
export { MOUSE_BUTTONS, type MouseButton, type MouseDelta } from "./mouse";
export type { DownloadOptions, Msd, MsdParams, StoredImage, UploadOptions, UploadRemoteOptions } from "./msd";
export { PiKVM, type PiKVMOptions } from "./pikvm";
export type { Power, PowerOffOptions, PowerOptions, PowerResult, PowerWait } from "./power";
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
export type { AtxState, HidState, InfoState, MsdDrive, MsdImage, MsdState, MsdStorage, States } from "./states";
export type {
  OcrInfo,
  OcrOptions,
  Preview,
  SetStreamerParams,
  Snapshot,
  SnapshotOptions,
  Streamer,
  StreamerParams,
  StreamerState,
  UstreamerState,
} from "./streamer";
export type {
  BeaconPlace,
  Switch,
  SwitchColor,
  SwitchEdid,
  SwitchEdids,
  SwitchPort,
  SwitchPortParams,
  SwitchRole,
  SwitchState,
} from "./switch";
export type { InfoOptions, LogOptions, LogRecord, System } from "./system";
export type { Download, ImageSource, TransferProgress } from "./transfer";
export type { CallOptions } from "./transport";
export { readCertificate, type Certificate, type CertificateTrust, type Trust } from "./trust";
