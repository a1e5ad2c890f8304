package io.walferry.kafka.converter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.network.InvalidReceiveException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ConverterErrorsTest {
  private static final String URL = "http://me:se:cret@one:81/x,https://you@two";

  private static final ConverterSettings SETTINGS =
      new ConverterSettings("X", Map.of("url", URL, "list", "first, second", "flag", "yes"));

  static Stream<Exception> passing() {
    return Stream.of(
        new ConnectException(),
        new SocketTimeoutException(),
        new InterruptedIOException(),
        new UnknownHostException(),
        new SSLHandshakeException("x"),
        new HttpTimeoutException("x"),
        new ClosedChannelException(),
        new EOFException(),
        new TimeoutException(),
        new RetriableException("x"),
        new AnsweredException(500),
        new AnsweredException(503),
        new AnsweredException(429),
        new OtherAnsweredException(502),
        new OlderAnsweredException(new Answer(503)));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void aRegistryThatIsAwayPasses(Exception cause) {
    assertTrue(ConverterErrors.outside(wrapped(cause)).isPresent());
  }

  static Stream<Exception> staying() {
    return Stream.of(
        new IOException("Incompatible schema"),
        new FileNotFoundException("x"),
        new InvalidReceiveException("x"),
        new IllegalStateException("x"),
        new AnsweredException(409),
        new OtherAnsweredException(422),
        new OlderAnsweredException(new Answer(409)),
        new OlderAnsweredException(null));
  }

  @ParameterizedTest
  @MethodSource("staying")
  void whatItRefusesDoesNot(Exception cause) {
    assertFalse(ConverterErrors.outside(wrapped(cause)).isPresent());
  }

  @Test
  void aChannelThatAnInterruptHasClosedIsAnInterrupt() {
    assertTrue(ConverterErrors.isInterrupted(wrapped(new ClosedByInterruptException())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "asked http://me:se:cret@one:81/x,https://you@two in vain | asked {url} in vain",
        "asked http://me:se:cret@one:81/x in vain                 | asked {url} in vain",
        "asked https://you@two/subjects in vain                   | asked {url}/subjects in vain",
        "asked http://me:se:cret@three in vain                    | asked http://{url}three in"
            + " vain",
        "wrong password se:cret                                   | wrong password {url}",
        "wrong login you@                                         | wrong login {url}",
        "neither first nor second: yes                            | neither {list} nor {list}: yes",
      })
  void whatTheConverterWasToldIsHidden(String words, String shown) {
    assertEquals("IOException: " + shown, ConverterErrors.said(SETTINGS, new IOException(words)));
  }

  @Test
  void causesAreShownWithoutTheirWords() {
    Exception failure = new IOException("secret", new IOException("secret"));
    Throwable shown = ConverterErrors.shown(ConverterErrors.kinds(failure), failure);
    assertEquals("java.lang.IllegalStateException: IOException", shown.toString());
    assertEquals(failure.getStackTrace()[0], shown.getStackTrace()[0]);
    assertEquals(null, shown.getCause());
  }

  private static Exception wrapped(Exception cause) {
    return new DataException("x", new SerializationException("x", cause));
  }

  /** As the client of one registry has it. */
  public static final class AnsweredException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    AnsweredException(int status) {
      super("x");
      this.status = status;
    }

    public int getStatus() {
      return status;
    }
  }

  /** As the client of another one has it. */
  public static final class OtherAnsweredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    OtherAnsweredException(int status) {
      super("x");
      this.status = status;
    }

    public int getResponseStatusCode() {
      return status;
    }
  }

  /** As that one had it before. */
  public static final class OlderAnsweredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Answer error;

    OlderAnsweredException(@Nullable Answer error) {
      super("x");
      this.error = error;
    }

    public @Nullable Answer getError() {
      return error;
    }
  }

  /** What it was told. */
  public record Answer(int status) {
    public Integer getErrorCode() {
      return status;
    }
  }
}
