package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that prints a password. Only its name appears in messages: arguments can be secret. */
record PasswordCommand(List<String> words, Duration atMost) implements PasswordSource {
  /** No password or token is longer; the server takes less. */
  private static final int BYTES_MAX = 64 * 1024;

  PasswordCommand {
    words = List.copyOf(words);
    if (words.isEmpty() || !atMost.isPositive()) {
      throw new IllegalArgumentException("a program and a time are needed");
    }
  }

  @Override
  public Optional<Secret> ask() {
    Process process = start();
    try {
      return Optional.of(answer(process));
    } catch (TimeoutException e) {
      throw unavailable("has not ended within " + atMost.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw unavailable("cannot be read from", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "interrupted while " + words.getFirst() + " was run", e);
    } finally {
      end(process);
    }
  }

  /** The program first, or it might start another child when its children have been listed. */
  private static void end(Process process) {
    List<ProcessHandle> before = process.descendants().toList();
    process.destroyForcibly();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    before.forEach(ProcessHandle::destroyForcibly);
  }

  private Process start() {
    try {
      Process process = new ProcessBuilder(words).redirectError(Redirect.DISCARD).start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw unavailable("cannot be run", e);
    }
  }

  private Secret answer(Process process)
      throws InterruptedException, ExecutionException, TimeoutException {
    byte[] printed = output(process).get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    if (process.exitValue() != 0) {
      throw unavailable("ended with status " + process.exitValue());
    }
    Secret secret = Secret.withoutLineBreak(new String(printed, StandardCharsets.UTF_8));
    if (secret.reveal().isEmpty() || secret.reveal().lines().count() > 1) {
      throw unavailable("printed no line or several; one is expected");
    }
    return secret;
  }

  /** Reads until the process has ended, by a thread of its own: nothing else bounds a read. */
  private static CompletableFuture<byte[]> output(Process process) {
    CompletableFuture<byte[]> output = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                byte[] printed = process.getInputStream().readNBytes(BYTES_MAX);
                int unused = process.waitFor();
                output.complete(printed);
              } catch (IOException | InterruptedException e) {
                output.completeExceptionally(e);
              }
            });
    return output;
  }

  private WalferryException unavailable(String problem, Exception cause) {
    return new WalferryException(ErrorCode.PASSWORD_UNAVAILABLE, said(problem), cause);
  }

  private WalferryException unavailable(String problem) {
    return new WalferryException(ErrorCode.PASSWORD_UNAVAILABLE, said(problem));
  }

  private String said(String problem) {
    return "the program " + words.getFirst() + " for the password " + problem;
  }

  @Override
  public String toString() {
    return "what " + words.getFirst() + " prints";
  }
}
