import { ROWS } from "../video/picture";

/** A text terminal: it wraps nowhere, and scrolls when it is full. */
export class Terminal {
  #lines: string[] = [""];
  get text(): readonly string[] {
    return this.#lines;
  }

  clear(): void {
    this.#lines = [""];
  }

  /** Goes on behind what is there; a newline begins the next line. */
  write(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    this.#lines.push((this.#lines.pop() ?? "") + first, ...rest);
    this.#lines = this.#lines.slice(-ROWS);
  }

  /** Takes back so many characters of the last line. */
  erase(count: number): void {
    const last = this.#lines.pop() ?? "";
    this.#lines.push(last.slice(0, Math.max(0, last.length - count)));
  }
}

type Waiting = "name" | "password" | "command";

/** What the operating system asks, and what it makes of the answers: a login, and a shell that knows little. */
export class Console {
  readonly #power: { reboot(): void; off(): void; sleep(): void };
  readonly #terminal = new Terminal();
  #waiting: Waiting = "name";
  #line = "";
  #user = "";

  /** @param power - What the computer does on the command to power off or to start again. */
  constructor(power: { reboot(): void; off(): void; sleep(): void }) {
    this.#power = power;

    this.#login();
  }

  get text(): readonly string[] {
    return this.#terminal.text;
  }

  type(character: string): void {
    if (character === "\n") this.#enter();
    else {
      this.#line += character;
      if (this.#waiting !== "password") this.#terminal.write(character);
    }
  }

  backspace(): void {
    if (this.#line === "") return;
    this.#line = this.#line.slice(0, -1);
    if (this.#waiting !== "password") this.#terminal.erase(1);
  }

  interrupt(): void {
    this.#line = "";
    this.#terminal.write("^C\n");
    this.#prompt();
  }

  #login(): void {
    this.#terminal.clear();
    this.#terminal.write("Debian GNU/Linux 13 debian tty1\n\n");
    this.#waiting = "name";
    this.#prompt();
  }

  #prompt(): void {
    if (this.#waiting === "name") this.#terminal.write("debian login: ");
    else if (this.#waiting === "password") this.#terminal.write("Password: ");
    else this.#terminal.write(`${this.#user}@debian:~$ `);
  }

  #enter(): void {
    const line = this.#line.trim();
    this.#line = "";
    this.#terminal.write("\n");
    if (this.#waiting === "name" && line !== "") {
      this.#user = line;
      this.#waiting = "password";
    } else if (this.#waiting === "password") {
      this.#waiting = "command";
      this.#terminal.write("Linux debian 6.12.48-amd64 #1 SMP PREEMPT_DYNAMIC x86_64\n\n");
    } else if (this.#waiting === "command" && !this.#run(line)) return;
    this.#prompt();
  }

  /** @returns Whether it goes on with a prompt. */
  #run(command: string): boolean {
    const ends: Partial<Record<string, () => void>> = {
      reboot: () => this.#power.reboot(),
      poweroff: () => this.#power.off(),
      "systemctl suspend": () => this.#power.sleep(),
      exit: () => this.#login(),
    };
    const [program = "", ...words] = command.split(" ");
    if (command === "clear") this.#terminal.clear();
    else if (program === "echo") this.#terminal.write(`${words.join(" ")}\n`);
    else if (ends[command] !== undefined) ends[command]();
    else if (command !== "") this.#terminal.write(`-bash: ${program}: command not found\n`);
    return ends[command] === undefined;
  }
}
