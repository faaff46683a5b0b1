import assert from "node:assert/strict";
import { test } from "node:test";
import * as face from "../../src/client";

/** What users may import, and what they may not lose. Types are listed here so that `tsc` misses one that is gone. */
export type Types = [
  face.Address,
  face.Atx,
  face.Auth,
  face.AtxState,
  face.AuthMethod,
  face.CallOptions,
  face.Certificate,
  face.CertificateTrust,
  face.ChangeOptions,
  face.ConnectionChange,
  face.DeviceEvent,
  face.Drive,
  face.DriveOptions,
  face.DriveResult,
  face.EventStream,
  face.Hid,
  face.HidParams,
  face.HidState,
  face.InfoState,
  face.Key,
  face.LinkEvents,
  face.MountOptions,
  face.Msd,
  face.MsdDrive,
  face.MsdImage,
  face.MsdParams,
  face.MsdState,
  face.MsdStorage,
  face.PiKVMOptions,
  face.Power,
  face.PowerOffOptions,
  face.PowerOptions,
  face.PowerResult,
  face.PowerWait,
  face.PressOptions,
  face.StateChange,
  face.States,
  face.System,
  face.Trust,
  face.TypeOptions,
];

test("the values that the client exports", () => {
  assert.deepEqual(Object.keys(face).sort(), [
    "APIError",
    "AuthError",
    "BusyError",
    "CancelledError",
    "ConfigurationError",
    "ConnectError",
    "ConnectionTimeoutError",
    "KEYS",
    "PiKVM",
    "PiKVMError",
    "RedirectError",
    "ResponseError",
    "UnavailableError",
    "WaitTimeoutError",
    "WebSocketError",
    "errorKinds",
    "isKey",
    "parseAddress",
    "readCertificate",
  ]);
});

test("the family of each error", () => {
  const API = ["APIError", "PiKVMError"];
  const families: Record<string, string[]> = {
    AuthError: API,
    BusyError: API,
    UnavailableError: API,
    RedirectError: API,
    ResponseError: API,
    APIError: ["PiKVMError"],
    ConfigurationError: ["PiKVMError"],
    ConnectError: ["PiKVMError"],
    ConnectionTimeoutError: ["PiKVMError"],
    WebSocketError: ["PiKVMError"],
    WaitTimeoutError: ["PiKVMError"],
    CancelledError: ["PiKVMError"],
    PiKVMError: [],
  };
  for (const [name, above] of Object.entries(families)) {
    const Class = face[name as "APIError"]; // the constructors differ only in their parameters
    const error = new Class("message", { statusCode: 0 });
    assert.deepEqual(face.errorKinds(error), [name, ...above]);
    assert.equal(error.name, name);
    assert.ok(Object.hasOwn(error, "code"));
  }
});
