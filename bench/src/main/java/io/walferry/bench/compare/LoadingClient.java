package io.walferry.bench.compare;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * A pipeline that loads a table, until its destination says of itself that it is consistent.
 *
 * @param command the words that start it
 */
record LoadingClient(String name, String description, Function<Task, List<String>> command)
    implements Client {
  @Override
  public Work work() {
    return Work.LOAD;
  }

  @Override
  public ActiveClient start(Task task) throws IOException {
    return new Loading(
        ActiveProgram.start(command.apply(task), true, task.directory().resolve("errors")),
        task.destination().orElseThrow());
  }

  private record Loading(ActiveProgram program, Destination destination) implements ActiveClient {
    @Override
    public Set<Long> processIds() {
      return program.processIds();
    }

    @Override
    public Optional<Instant> begunAt() {
      return program.begunAt();
    }

    @Override
    public Optional<Instant> awaitEnd(Duration atMost) throws SQLException {
      if (program.awaitEnd(atMost).isPresent()) {
        throw new RunFailedException("ended before its destination was consistent");
      }
      return isConsistent() ? Optional.of(Instant.now()) : Optional.empty();
    }

    /** Its state says so, and the ledger has no part that is not in step yet. */
    private boolean isConsistent() throws SQLException {
      return destination.holds("to_regclass('walferry.position') is not null")
          && destination.holds(
              "exists (select from walferry.position where state = 'following')"
                  + " and not exists (select from walferry.ledger where kind in ('chunk', 'row'))");
    }

    /** Its destination is asked for the rows, so what it has counted decides nothing. */
    @Override
    public OptionalLong finish() {
      program.finish();
      return OptionalLong.empty();
    }

    @Override
    public void close() {
      program.close();
    }
  }
}
