package io.walferry.bench.apply;

import io.walferry.change.Lsn;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a program applies, as its arguments say it.
 *
 * @param destination a URI as the destination's sink takes it, or a file
 * @param log a durable log that nobody writes to
 * @param begin what ends before it, or there, is applied before the time counts
 * @param end every transaction whose commit starts before it is applied, and none after it
 * @param source where the log is from
 * @param arguments more of them, which a program may want
 */
record ApplyTask(
    String destination,
    Path log,
    Lsn begin,
    Lsn end,
    PostgresConnector source,
    String publication,
    List<String> arguments) {
  static ApplyTask of(String[] arguments) {
    return new ApplyTask(
        arguments[0],
        Path.of(arguments[1]),
        Lsn.parse(arguments[2]),
        Lsn.parse(arguments[3]),
        new PostgresConnector(ConnectionSettings.parse(arguments[4], Map.of()), "walferry bench"),
        arguments[5],
        List.of(arguments).subList(6, arguments.length));
  }
}
