export { fingerprintOf, type Identity, issueCertificate } from "./server/certificate";
export { manualClock, type ManualClock, realClock, scaledClock } from "./clock";
export { type Fault, type FaultKind } from "./server/faults";
export { type Host } from "./host/host";
export { Simulator, type SimulatorOptions, startSimulator } from "./simulator";
export { totpCode } from "./system/totp";
