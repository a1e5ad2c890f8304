package io.walferry.bench.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program at work; a thread of its own reads what it prints. */
final class ActiveProgram implements ActiveClient {
  private static final String BEGIN = "begin";
  private static final String END = "end rows=";
  private static final Duration FINISH_MAX = Duration.ofSeconds(30);
  private static final int ERROR_LINES_MAX = 10;

  /** The end of the load, and the rows if they were counted. */
  private record End(Instant at, OptionalLong rows) {}

  private final Process process;
  private final Path errors;
  private final CompletableFuture<Instant> begin = new CompletableFuture<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  private ActiveProgram(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  static ActiveProgram start(List<String> command, boolean reports, Path errors)
      throws IOException {
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    ActiveProgram program = new ActiveProgram(process, errors);
    Thread.ofPlatform().daemon().name("bench-output").start(() -> program.watch(reports));
    return program;
  }

  private void watch(boolean reports) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals(BEGIN)) {
          begin.complete(Instant.now());
        }
        if (reports && line.startsWith(END)) {
          long rows = Long.parseLong(line.substring(END.length()));
          end.complete(new End(Instant.now(), OptionalLong.of(rows)));
        }
      }
      int status = process.waitFor();
      if (!reports && status == 0) {
        end.complete(new End(Instant.now(), OptionalLong.empty()));
      }
      end.completeExceptionally(
          new RunFailedException("ended with status " + status + ": " + errorTail()));
    } catch (IOException | InterruptedException e) {
      end.completeExceptionally(e);
    }
  }

  private String errorTail() throws IOException {
    List<String> lines = Files.readAllLines(errors);
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - ERROR_LINES_MAX), lines.size()));
  }

  @Override
  public Set<Long> processIds() {
    return Set.of(process.pid());
  }

  @Override
  public Optional<Instant> begunAt() {
    return begin.isDone() ? Optional.of(begin.join()) : Optional.empty();
  }

  @Override
  public Optional<Instant> awaitEnd(Duration atMost) {
    try {
      return Optional.of(end.get(atMost.toMillis(), TimeUnit.MILLISECONDS).at());
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new RunFailedException(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailedException("interrupted");
    }
  }

  @Override
  public OptionalLong finish() {
    try {
      process.getOutputStream().close();
      process.waitFor(FINISH_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException("The client's input cannot be closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailedException("interrupted");
    }
    return end.join().rows();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
