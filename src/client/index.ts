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
export type { Hid, HidParams, TypeOptions } from "./hid";
export { isKey, KEYS, type Key } from "./keys";
export type { ConnectionChange, LinkEvents } from "./link";
export type { DeviceEvent, StateChange } from "./merge";
export type { Msd, MsdParams } from "./msd";
export { PiKVM, type PiKVMOptions } from "./pikvm";
export type { Power, PowerOffOptions, PowerOptions, PowerResult, PowerWait } from "./power";
export type { AtxState, HidState, InfoState, MsdDrive, MsdImage, MsdState, MsdStorage, States } from "./states";
export type { System } from "./system";
export type { CallOptions } from "./transport";
export { readCertificate, type Certificate, type CertificateTrust, type Trust } from "./trust";
