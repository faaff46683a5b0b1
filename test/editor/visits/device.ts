import { FOR_NUMBERS, FOR_VARIABLES, NAME, type Visit } from "./visit";

const FINGERPRINT = Array.from({ length: 32 }, () => "AB").join(":");

const WITH_TEXT = [
  ["address", "Address"],
  ["user", "User"],
  ["password", "Password"],
  ["totpSecret", "2FA secret"],
] as const;

export const visit: Visit = {
  mistakes: [
    { field: "address", value: "", reason: "Address: must not be empty" },
    {
      field: "address",
      value: "ftp://pikvm",
      reason: "Address: must be a host name, an IP address or an http(s) URL",
    },
    { field: "address", value: "http://me:pw@pikvm", reason: "Address: user and password have their own fields" },
    {
      given: [{ field: "trust", value: "fingerprint" }],
      field: "fingerprint",
      value: "AB:CD",
      reason: "Fingerprint: must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits, as AB:CD:…",
    },
    ...WITH_TEXT.map(([field, label]) => ({
      field,
      value: "https://${HOST}:8443",
      reason: `${label}: ${FOR_VARIABLES}`,
    })),
    { field: "address", value: " ${HOST}", reason: `Address: ${FOR_VARIABLES}` },
    { field: "connectTimeout", value: "0", reason: `Connect within: ${FOR_NUMBERS} 0.1 to 3600` },
    { field: "videoIdle", value: "-1", reason: `Video runs on: ${FOR_NUMBERS} 0 to 86400` },
    {
      given: [{ field: "powerKnownBy", value: "gpio" }],
      field: "powerInput",
      value: "",
      reason: "Input: must not be empty",
    },
    {
      given: [{ field: "powerKnownBy", value: "video" }],
      field: "powerOffAfter",
      value: "0",
      reason: `Off after: ${FOR_NUMBERS} 1 to 300`,
    },
    {
      given: [{ field: "powerPressedBy", value: "gpio" }],
      field: "powerOutput",
      value: "",
      reason: "Power button: must not be empty",
    },
    { field: "timeout", value: "long", reason: `Answer within: ${FOR_NUMBERS} 0.1 to 3600` },
  ],
  settings: [
    [
      { field: "address", value: "${PIKVM_URL}" },
      { field: "user", value: "${PIKVM_USER}" },
      { field: "timeout", value: "${PIKVM_TIMEOUT}" },
    ],
    [
      NAME,
      { field: "address", value: "[fd00::1]:8443/kvm" },
      { field: "user", value: "someone" },
      { field: "auth", value: "session" },
      { field: "trust", value: "none" },
      { field: "connectTimeout", value: "2.5" },
      { field: "timeout", value: "7" },
      { field: "videoIdle", value: "0" },
      { field: "filesFrom", value: "/data/images" },
      { field: "readOnly", value: true },
    ],
    [
      { field: "powerKnownBy", value: "gpio" },
      { field: "powerInput", value: "sense" },
      { field: "powerPressedBy", value: "gpio" },
      { field: "powerOutput", value: "Front panel" },
      { field: "resetOutput", value: "reset" },
    ],
    [
      { field: "powerKnownBy", value: "usb" },
      { field: "powerOffAfter", value: "7.5" },
    ],
    [{ field: "powerKnownBy", value: "nothing" }],
    [{ field: "letThrough", value: "listed" }],
    [
      { field: "trust", value: "tls" },
      { field: "tls", value: "tls" },
      { field: "proxy", value: "proxy" },
    ],
    [
      { field: "trust", value: "fingerprint" },
      { field: "fingerprint", value: FINGERPRINT },
    ],
  ],
};
