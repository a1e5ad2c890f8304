package io.walferry.bench.compare;

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
    Function<Task, List<String>> command)
    implements Client {
  @Override
  public ActiveClient start(Task task) throws IOException {
    return ActiveProgram.start(command.apply(task), reports, task.directory().resolve("errors"));
  }
}
