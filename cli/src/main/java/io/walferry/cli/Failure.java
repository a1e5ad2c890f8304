package io.walferry.cli;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a command says that it failed.
 *
 * @param advice what to do next
 */
record Failure(ErrorCode code, String message, String advice) {
  static Failure of(Throwable cause) {
    if (cause instanceof WalferryException known) {
      return new Failure(known.code(), String.valueOf(known.getMessage()), known.code().advice());
    }
    return new Failure(
        ErrorCode.INTERNAL,
        "unexpected " + cause.getClass().getSimpleName() + "; --debug shows where",
        ErrorCode.INTERNAL.advice());
  }

  static Failure ofUsage(String message, String advice) {
    return new Failure(ErrorCode.CONFIGURATION_INVALID, message, advice);
  }

  /** For people on standard error, for machines on standard output. Returns the exit status. */
  int report(Terminal terminal, boolean json) {
    terminal.endStatus();
    if (json) {
      Map<String, String> error = new LinkedHashMap<>();
      error.put("code", code.name());
      error.put("message", message);
      error.put("advice", advice);
      Json.print(terminal.out(), Map.of("error", error));
    } else {
      terminal.say(terminal.red("walferry:") + " " + message);
      terminal.say("next: " + advice);
    }
    return code.exitStatus();
  }

  static void printTrace(Terminal terminal, Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    terminal.say(trace.toString().stripTrailing());
  }
}
