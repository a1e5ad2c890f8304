package io.walferry.cli.config;

import io.walferry.deadletter.RowPolicies;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PasswordSource;
import io.walferry.sinks.mysql.MysqlSettings;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicies;
import java.time.Duration;
import java.util.Optional;

/** Reads sinks of types {@code mysql} and {@code mariadb}. */
final class MysqlReader {
  private final Reading reading;

  MysqlReader(Reading reading) {
    this.reading = reading;
  }

  Optional<SinkConfig> sink(String name, Section section, Format<ExistingRows> existingRows) {
    if (!section.has("url")) {
      reading.problem(
          section.place(),
          "'" + section.pathOf("url") + "' is missing, such as mysql://user@host/database");
    }
    ExistingRows existing = section.value("existing", SinkConfig.EXISTING, existingRows);
    Duration silence = section.value("silence", SinkConfig.SILENCE, Format.duration("30s", "24h"));
    int workers = new ApplyReader(reading).workers(section, existing);
    LossPolicies lossy = LossyReader.policies(section.section("lossy"), Dialect.MYSQL);
    RowPolicies rows = RowsReader.policies(section);
    DdlPolicies ddl = DdlReader.policiesWithIndexes(section);
    Optional<PasswordSource> password = section.password("password");
    return section
        .secret("url")
        .flatMap(url -> parsed(section.pathOf("url"), url))
        .map(it -> password.map(it::withPassword).orElse(it))
        .map(it -> new SinkConfig.Mysql(name, it, existing, silence, workers, lossy, rows, ddl));
  }

  private Optional<MysqlSettings> parsed(String path, Scalar url) {
    try {
      return Optional.of(MysqlSettings.parse(url.text()));
    } catch (WalferryException e) {
      reading.problem(url.place(), "'" + path + "': " + e.getMessage());
      return Optional.empty();
    }
  }
}
