/**
 * What a bridge shows of a device, by its keys in Home Assistant: they never change. `gpio` stands for all relays and
 * inputs.
 */
// prettier-ignore
export const ENTITIES = [
  "power", "power_state", "power_led", "hdd_led", "press_power", "press_power_long", "press_reset",
  "keyboard_online", "mouse_online", "caps_lock", "num_lock", "scroll_lock", "ctrl_alt_del", "wake", "type", "type_enter",
  "reset_hid", "reconnect_usb", "jiggler", "jiggler_interval",
  "mount", "drive", "image", "storage_free", "eject",
  "video", "video_size", "picture", "take_picture", "clients",
  "port", "active_port", "gpio",
  "kvmd_version", "uptime", "temperature", "throttled", "undervoltage", "frequency_capped",
  "connected", "last_error", "event",
] as const;
