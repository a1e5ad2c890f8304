package io.walferry.cli;

import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.sql.Connection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which database a command of {@code walferry ddl} is about. */
final class DdlSource {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "URL",
      arity = "0..1",
      description =
          "postgresql://user@host/database, or key=value pairs: the database that is followed.")
  private Optional<String> url = Optional.empty();

  Connection connect(Terminal terminal) {
    String given =
        url.orElseThrow(
            () ->
                new CommandLine.ParameterException(
                    spec.commandLine(), "Missing required parameter: 'URL'"));
    ConnectionSettings settings = ConnectionSettings.parse(given, terminal.environment());
    return new PostgresConnector(settings, "walferry ddl").connect();
  }
}
