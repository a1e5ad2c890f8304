package io.walferry.cli;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  /** The same, said of one of several. */
  Failure named(Optional<String> name) {
    return new Failure(code, name.map(it -> it + ": ").orElse("") + message, advice);
  }

  static Failure ofUsage(String message, String advice) {
    return new Failure(ErrorCode.CONFIGURATION_INVALID, message, advice);
  }

  /** For people on standard error, for machines on standard output. Returns the exit status. */
  int report(Terminal terminal, boolean json) {
    terminal.endStatus();
    if (json) {
      Json.print(terminal.out(), Map.of("error", json()));
    } else {
      terminal.say(terminal.red("walferry:") + " " + message);
      terminal.say("next: " + advice);
    }
    return code.exitStatus();
  }

  Map<String, Object> json() {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", code.name());
    error.put("message", message);
    error.put("advice", advice);
    return error;
  }

  static void printTrace(Terminal terminal, Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    terminal.say(trace.toString().stripTrailing());
  }
}
