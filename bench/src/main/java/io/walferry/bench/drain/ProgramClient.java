package io.walferry.bench.drain;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A client that is a program.
 *
 * @param command the words that start it
 * @param reports whether it prints {@code end rows=N} at the end of the load and then waits until
 *     its standard input is closed; the end of others is their exit
 */
record ProgramClient(
    String name,
    Work work,
    String description,
    Optional<String> missing,
    boolean reports,
    Function<Drain, List<String>> command)
    implements Client {
  @Override
  public ActiveDrain start(Drain drain) throws IOException {
    return ProgramDrain.start(command.apply(drain), reports, drain.directory().resolve("errors"));
  }
}
