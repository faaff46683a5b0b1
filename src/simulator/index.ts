export { type CertificateRequest, fingerprintOf, type Identity, issueCertificate } from "./certificate";
export { type Clock, manualClock, type ManualClock, realClock, scaledClock, type Timer } from "./clock";
export { type Fault, type FaultHandle, type FaultKind } from "./faults";
export { type Host, type HostSettings, type Line, type Press, type UsbDrive } from "./host";
export { type KeyEvent } from "./host-keyboard";
export { type ImageSource } from "./msd-storage";
export { type RequestRecord } from "./request-log";
export { type DeviceState, Simulator, type SimulatorOptions, startSimulator } from "./simulator";
export { totpCode } from "./totp";
