import { readFileSync } from "node:fs";
import path from "node:path";
import { CHECKOUT } from "../harness/node-red";

/** What Home Assistant knows of one key of a discovery message. */
export interface Key {
  type: string | string[];
  enum?: unknown[];
  /** The list of the platform that has this name. */
  enum_ref?: "device_classes";
  items?: string;
  schema?: "device" | "origin";
  schemes?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  default?: unknown;
  default_from?: string;
  exclusive_with?: string;
  requires?: Record<string, string>;
  forbids?: string[];
}

export type Keys = Record<string, Key>;

export interface Platform {
  required: string[];
  keys: Keys;
  device_classes: string[];
  /** Those that it takes; all of them when absent. */
  entity_categories?: string[];
  one_of_required?: string[];
  state_max_length?: number;
}

interface Schema {
  discovery_prefix: string;
  status: { topic: string; online: string; offline: string };
  root: { required: string[]; keys: Keys; inherited_unless_set: string[] };
  device: { required_one_of: string[]; keys: Keys };
  origin: { required: string[]; keys: Keys };
  availability: { required: string[]; keys: Keys };
  common: Keys;
  platforms: Record<string, Platform>;
  supported_components: string[];
  abbreviations: Record<string, string>;
  device_abbreviations: Record<string, string>;
  origin_abbreviations: Record<string, string>;
}

const FILE = path.join(CHECKOUT, "test/home-assistant/schema.json");

export const SCHEMA = JSON.parse(readFileSync(FILE, "utf8")) as Schema; // the file beside this one
