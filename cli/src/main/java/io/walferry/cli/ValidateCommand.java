package io.walferry.cli;

import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.WalferryConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code walferry validate}: everything that is wrong with a configuration, at once. */
@Command(
    name = "validate",
    header = "Checks a configuration and shows every problem with its line.",
    footer = {
      "  walferry validate walferry.yaml",
      "  walferry validate --connect walferry.yaml     also reach source and destinations",
      "  WALFERRY_SOURCE_URL=postgresql://me@host/shop walferry validate walferry.yaml"
    })
final class ValidateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConfigArgument config = new ConfigArgument();

  @Option(
      names = "--connect",
      description = "Also check, for every pipeline, that source and destinations can be used.")
  private boolean connect;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private GlobalOptions options = new GlobalOptions();

  ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Logging.start(terminal, options);
    return switch (config.read(terminal)) {
      case ConfigResult.Invalid(List<ConfigProblem> problems) ->
          config.report(terminal, problems, json);
      case ConfigResult.Valid(WalferryConfig valid) -> confirm(valid);
    };
  }

  private int confirm(WalferryConfig valid) throws Exception {
    List<EndsCheck> checks =
        valid.feeds().stream().map(connect ? EndsCheck::of : EndsCheck::none).toList();
    if (!valid.several() && checks.getFirst().obstacle().isPresent()) {
      throw checks.getFirst().obstacle().get();
    }
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("valid", true);
      result.put("problems", List.of());
      result.putAll(
          valid.several()
              ? Map.of("pipelines", checks.stream().map(ValidateCommand::named).toList())
              : source(checks.getFirst()));
      Json.print(terminal.out(), result);
    } else if (valid.several()) {
      terminal.out().println(config.path(terminal) + " is valid, pipelines: " + checks.size());
      checks.forEach(check -> print(check.feed().name() + ": ", check));
    } else {
      print(config.path(terminal) + " is valid: ", checks.getFirst());
    }
    return checks.stream().mapToInt(EndsCheck::exitStatus).max().orElse(0);
  }

  private void print(String start, EndsCheck check) {
    terminal.out().println(start + check.route());
    String source = check.feed().source().connection().display();
    check
        .report()
        .ifPresent(
            it -> ReadinessView.lines(it, source, terminal).forEach(terminal.out()::println));
    check
        .obstacle()
        .ifPresent(
            cause ->
                Failure.of(cause).named(Optional.of(check.feed().name())).report(terminal, false));
  }

  private static Map<String, Object> named(EndsCheck check) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("name", check.feed().name());
    result.putAll(source(check));
    check.obstacle().map(Failure::of).ifPresent(it -> result.put("error", it.json()));
    return result;
  }

  private static Map<String, Object> source(EndsCheck check) {
    return check
        .report()
        .map(report -> Map.<String, Object>of("source", ReadinessView.json(report)))
        .orElse(Map.of());
  }
}
