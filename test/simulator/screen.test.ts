import assert from "node:assert/strict";
import { test } from "node:test";

import { type Host, type ManualClock, manualClock } from "../../src/simulator";
import { call, type CallOptions, device, until } from "./device";

/** Posts and lets time pass until it is answered and every key has arrived. */
async function post(clock: ManualClock, url: string, path: string, options: CallOptions = {}): Promise<void> {
  let status = 0;
  const answer = call(url, "POST", path, options).then((result) => (status = result.status));
  await until(() => {
    void clock.advance(50);
    return status !== 0;
  });
  await answer;
  await clock.advance(2000);
  assert.equal(status, 200);
}

const type = (clock: ManualClock, url: string, text: string) => post(clock, url, "/api/hid/print", { body: text });
const press = (clock: ManualClock, url: string, key: string) => post(clock, url, `/api/hid/events/send_key?key=${key}`);
const shortcut = (clock: ManualClock, url: string, keys: string) =>
  post(clock, url, `/api/hid/events/send_shortcut?keys=${keys}`);

const screen = ({ screen: { lines } }: Host): string => lines.join("\n");

test("is dark without power, and starts over firmware and boot menu to a login prompt", async (t) => {
  const clock = manualClock();
  const { host } = await device(t, { clock, bootTime: 3000 });
  assert.equal(screen(host), "");
  host.power = true;
  assert.match(screen(host), /BIOS[^]*Press DEL or F2 to enter Setup/);
  await clock.advance(1000);
  assert.match(screen(host), /GNU GRUB[^]*\* Debian GNU\/Linux\n[^]*automatically in 5s/);
  await clock.advance(400);
  assert.match(screen(host), /automatically in 3s/);
  await clock.advance(600);
  assert.match(screen(host), /^Loading Linux/);
  await clock.advance(1000);
  assert.match(screen(host), /debian login: $/);
  host.power = false;
  assert.equal(screen(host), "");
});

test("shows what is typed, but no password, and knows a few commands", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, power: true, bootTime: 60_000 });
  await type(clock, url, "rooot");
  await press(clock, url, "Backspace");
  await press(clock, url, "Backspace");
  await type(clock, url, "t\nsecret\n");
  assert.match(screen(host), /debian login: root\nPassword: \n[^]*root@debian:~\$ $/);
  assert.ok(!screen(host).includes("secret"));
  await type(clock, url, "ls -l\n");
  assert.match(screen(host), /~\$ ls -l\n-bash: ls: command not found\nroot@debian:~\$ $/);
  await type(clock, url, "clear\n");
  assert.equal(screen(host), "root@debian:~$ ");
});

test("poweroff turns the computer off, reboot shows the firmware again, systemctl suspend sends it to sleep", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, power: true, bootTime: 60_000 });
  await type(clock, url, "me\npw\nreboot\n");
  assert.match(screen(host), /BIOS/);
  await clock.advance(60_000);
  await type(clock, url, "me\npw\nsystemctl suspend\n");
  assert.deepEqual([host.asleep, screen(host)], [true, ""]);
  host.asleep = false;
  await type(clock, url, "me\npw\npoweroff\n");
  assert.equal(host.power, false);
});

test("Ctrl+Alt+Del restarts it, Ctrl+C takes the line back", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, power: true, bootTime: 60_000 });
  await type(clock, url, "me\npw\nhalf");
  await shortcut(clock, url, "ControlLeft,KeyC");
  assert.match(screen(host), /~\$ half\^C\nme@debian:~\$ $/);
  await shortcut(clock, url, "ControlLeft,AltLeft,Delete");
  assert.match(screen(host), /BIOS/);
});

test("keys reach the firmware and the boot menu, which knows of the drive", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, images: { "rescue.iso": 1000 }, bootTime: 300_000 });
  for (const path of ["set_params?image=rescue.iso", "set_connected?connected=1"]) await call(url, "POST", `/api/msd/${path}`); // prettier-ignore
  host.power = true;
  assert.match(screen(host), /USB drive: rescue\.iso/);
  await press(clock, url, "Delete");
  assert.match(screen(host), /Setup Utility/);
  await press(clock, url, "Escape");
  await press(clock, url, "F12");
  await press(clock, url, "ArrowDown");
  await clock.advance(60_000);
  assert.match(screen(host), /\n {2}\* Advanced/);
  await press(clock, url, "ArrowDown");
  await press(clock, url, "Enter");
  await until(() => /^Installer[^]*rescue\.iso/.test(screen(host)));
  for (const key of ["KeyA", "KeyB", "Backspace", "Enter"]) await press(clock, url, key);
  assert.match(screen(host), /boot: a\n/);
  await clock.advance(300_000);
  assert.match(screen(host), /Installing the base system[^]*Installation complete/);
  await press(clock, url, "Enter");
  assert.match(screen(host), /^Simulated UEFI BIOS/);
});

test("an encrypted disk is asked for, read as the keyboard types, shown never, and asked for again when it was wrong", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, bootTime: 300_000, diskPassphrase: "Right 1!" });
  host.power = true;
  await clock.advance(300_000);
  assert.match(screen(host), /PiKVM Composite Device\nPlease unlock disk cryptroot: $/);
  await press(clock, url, "CapsLock");
  await type(clock, url, "Right 1!\n");
  assert.match(
    screen(host),
    /No key available with this passphrase\.\nPlease unlock disk cryptroot: $/,
    "it was rIGHT 1!",
  );
  assert.doesNotMatch(screen(host), /right/i);
  await press(clock, url, "CapsLock");
  await type(clock, url, "Right 12");
  await press(clock, url, "Backspace");
  await type(clock, url, "!\n");
  assert.match(screen(host), /cryptroot: set up successfully$/);
  assert.doesNotMatch(screen(host), /right/i);
  await clock.advance(300_000);
  assert.match(screen(host), /^Debian GNU\/Linux[^]*debian login: $/);
});

test("an encrypted disk is asked for at each start, also when there were many wrong answers", async (t) => {
  const clock = manualClock();
  const { host, url } = await device(t, { clock, power: true, bootTime: 3000, diskPassphrase: "x" });
  assert.match(screen(host), /login: $/);
  for (let start = 0; start < 2; start += 1) {
    await shortcut(clock, url, "ControlLeft,AltLeft,Delete");
    await clock.advance(60_000);
    await type(clock, url, "\n".repeat(40));
    assert.ok(host.screen.lines.length <= 25);
    assert.match(screen(host), /Please unlock disk cryptroot: $/);
    await type(clock, url, "x\n");
    await clock.advance(60_000);
    assert.match(screen(host), /login: $/);
  }
});
