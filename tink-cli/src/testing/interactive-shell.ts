// For tests: keys pressed in a real interactive shell on a pseudo terminal, which `script` of util-linux gives.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type ShellName = "bash" | "zsh" | "fish";

type Shell = {
  readonly file: string;
  readonly command: (dir: string) => string;
  /** Begins the completion, gives a prompt to wait for, and lets Ctrl-G print the line as it is. */
  readonly settings: (load: string) => string;
};

const prompt = "ready:";
const shells: Readonly<Record<ShellName, Shell>> = {
  bash: {
    file: "bashrc",
    command: (dir) => `bash --noprofile --rcfile ${dir}/bashrc -i`,
    settings: (load) => `PS1='${prompt} '
source <(${load})
bind -x '"\\C-g": printf "\\nLINE[%s]\\n" "$READLINE_LINE"'
`,
  },
  zsh: {
    file: ".zshrc",
    command: (dir) => `env ZDOTDIR=${dir} zsh -d -i`,
    settings: (load) => `PROMPT='${prompt} '
autoload -Uz compinit && compinit -u -D
source <(${load})
show() { print -r -- $'\\n'"LINE[$BUFFER]" }
zle -N show && bindkey '^G' show
`,
  },
  fish: {
    file: "config.fish",
    command: (dir) => `fish --no-config --private --init-command 'source ${dir}/config.fish'`,
    settings: (load) => `function fish_prompt; echo -n '${prompt} '; end
${load} | source
bind \\cg 'printf "\\nLINE[%s]\\n" (commandline)'
`,
  },
};

export class InteractiveShell {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #shown = "";

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = once(child, "close");
    // The program that ends may have been typed to.
    child.stdin.on("error", () => undefined);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#shown += text;
    });
  }

  /**
   * @param load The command that prints the completion's script.
   * @param dir Where its settings and its home are to be; also where it starts.
   */
  static async start(name: ShellName, load: string, dir: string, env: NodeJS.ProcessEnv): Promise<InteractiveShell> {
    const { file, command, settings } = shells[name];
    await mkdir(dir, { recursive: true });
    // A pseudo terminal begins without a size.
    await writeFile(join(dir, file), `stty cols 200 rows 50 </dev/tty\n${settings(load)}`);
    const args = ["--quiet", "--return", "--command", command(dir), "/dev/null"];
    const home = { HOME: dir, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir, XDG_STATE_HOME: dir, XDG_CACHE_HOME: dir };
    const shell = new InteractiveShell(
      spawn("script", args, { cwd: dir, env: { ...env, ...home, TERM: "xterm", INPUTRC: "/dev/null" } }),
    );
    await shell.#until(new RegExp(`${prompt} `));
    return shell;
  }

  /** Types, then presses Tab so often. @returns What the line is then, and all that was shown meanwhile. */
  async complete(typed: string, tabs = 1): Promise<{ readonly line: string; readonly shown: string }> {
    const from = this.#shown.length;
    this.#child.stdin.write(`${typed}${"\t".repeat(tabs)}\x07`);
    const line = await this.#until(/\nLINE\[(.*)\]\r?\n/, from);
    const shown = this.#shown.slice(from);
    // Ctrl-U: an empty line for the next.
    this.#child.stdin.write("\x15");
    return { line, shown };
  }

  /** The terminal goes, and the shell with it. */
  async close(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }

  async #until(pattern: RegExp, from = 0): Promise<string> {
    const deadline = AbortSignal.timeout(30_000);
    for (;;) {
      const found = pattern.exec(this.#shown.slice(from));
      if (found !== null) return found[1] ?? "";
      if (this.#child.exitCode !== null) throw new Error(`the shell has ended: ${this.#shown}`);
      await once(this.#child.stdout, "data", { signal: deadline }).catch((cause: unknown) => {
        throw new Error(`no ${pattern} in: ${JSON.stringify(this.#shown.slice(from))}`, { cause });
      });
    }
  }
}
