package io.walferry.testkit.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** The newest lines of an output, and who waits for which line. Any thread may call. */
final class OutputLines {
  static final int LINES_MAX = 10_000;
  private static final int LINE_CHARACTERS_MAX = 8_192;
  private static final int TAIL_LINES = 40;
  private static final int SILENCES_MAX = 10;

  private record Waiter(Predicate<String> predicate, CompletableFuture<String> line) {}

  private final Deque<String> lines = new ArrayDeque<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private long added;
  private boolean ended;

  /** Collects until the output ends; to be called once, by one thread. */
  void readAll(BufferedReader reader) {
    try (reader) {
      for (Optional<String> line = next(reader); line.isPresent(); line = next(reader)) {
        add(line.get());
      }
    } catch (IOException e) {
      add("(output broke off: " + e.getMessage() + ")");
    } finally {
      end();
    }
  }

  private static Optional<String> next(BufferedReader reader) throws IOException {
    return Optional.ofNullable(reader.readLine());
  }

  private synchronized void add(String whole) {
    String line = whole.substring(0, Math.min(whole.length(), LINE_CHARACTERS_MAX));
    if (lines.size() == LINES_MAX) {
      lines.removeFirst();
    }
    lines.addLast(line);
    added++;
    waiters.removeIf(waiter -> waiter.predicate.test(line) && waiter.line.complete(line));
  }

  private synchronized void end() {
    ended = true;
    waiters.forEach(waiter -> waiter.line.completeExceptionally(missing("the output ended")));
    waiters.clear();
  }

  String await(Predicate<String> predicate, Duration timeout) {
    Waiter waiter = new Waiter(predicate, new CompletableFuture<>());
    register(waiter);
    try {
      return waiter.line.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw missing("no such line within " + timeout);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a line", e);
    } finally {
      forget(waiter);
    }
  }

  /** As {@link #await}, but the time begins anew with each line, for a few times. */
  String awaitTalking(Predicate<String> predicate, Duration silenceMax) {
    Waiter waiter = new Waiter(predicate, new CompletableFuture<>());
    register(waiter);
    try {
      for (int silences = 0; silences < SILENCES_MAX; silences++) {
        long before = count();
        try {
          return waiter.line.get(silenceMax.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (count() == before) {
            throw missing("no line at all within " + silenceMax);
          }
        }
      }
      throw missing("lines, but not this one, within " + silenceMax.multipliedBy(SILENCES_MAX));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a line", e);
    } finally {
      forget(waiter);
    }
  }

  private synchronized long count() {
    return added;
  }

  private synchronized void register(Waiter waiter) {
    Optional<String> known = lines.stream().filter(waiter.predicate).findFirst();
    if (known.isPresent()) {
      waiter.line.complete(known.get());
    } else if (ended) {
      waiter.line.completeExceptionally(missing("the output ended"));
    } else {
      waiters.add(waiter);
    }
  }

  private synchronized void forget(Waiter waiter) {
    waiters.remove(waiter);
  }

  /** The newest line is in the first one of the message, which is all that summaries show. */
  private synchronized IllegalStateException missing(String why) {
    String newest = lines.isEmpty() ? "no line" : "'" + lines.getLast() + "'";
    return new IllegalStateException(why + " behind " + newest + "; the last lines:\n" + tail());
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  synchronized String tail() {
    return String.join("\n", lines.stream().skip(Math.max(0, lines.size() - TAIL_LINES)).toList());
  }
}
