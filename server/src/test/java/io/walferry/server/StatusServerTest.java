package io.walferry.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.server.PipelineState.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusServerTest {
  /** Those that the server lets in. */
  private static final int CONNECTIONS_MAX = 32;

  private static final int PATIENCE_MILLIS = 30_000;
  private static final String METRICS =
      """
      # HELP walferry_build_info The version that runs.
      # TYPE walferry_build_info gauge
      walferry_build_info{version="1.2"} 1
      # HELP walferry_changes_total Changes of rows that every destination has.
      # TYPE walferry_changes_total counter
      walferry_changes_total{pipeline="cold"} 0.0
      walferry_changes_total{pipeline="shop \\"a\\""} 4.0
      # HELP walferry_durable_lsn Up to which byte of the source's log every destination has everything.
      # TYPE walferry_durable_lsn gauge
      walferry_durable_lsn{pipeline="shop \\"a\\""} 4.294967312E9
      # HELP walferry_lag_seconds How long ago the source was where every destination is.
      # TYPE walferry_lag_seconds gauge
      walferry_lag_seconds{pipeline="cold"} 0.0
      walferry_lag_seconds{pipeline="shop \\"a\\""} 0.25
      # HELP walferry_last_commit_timestamp_seconds When the newest transaction that every destination has committed at the source.
      # TYPE walferry_last_commit_timestamp_seconds gauge
      walferry_last_commit_timestamp_seconds{pipeline="shop \\"a\\""} 1.5E9
      # HELP walferry_phase What a pipeline does.
      # TYPE walferry_phase gauge
      walferry_phase{pipeline="cold",walferry_phase="connecting"} 1
      walferry_phase{pipeline="cold",walferry_phase="ended"} 0
      walferry_phase{pipeline="cold",walferry_phase="failed"} 0
      walferry_phase{pipeline="cold",walferry_phase="following"} 0
      walferry_phase{pipeline="cold",walferry_phase="loading"} 0
      walferry_phase{pipeline="cold",walferry_phase="retrying"} 0
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="connecting"} 0
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="ended"} 0
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="failed"} 0
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="following"} 1
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="loading"} 0
      walferry_phase{pipeline="shop \\"a\\"",walferry_phase="retrying"} 0
      # HELP walferry_refused_changes_total Changes that a destination did not take, by what became of them.
      # TYPE walferry_refused_changes_total counter
      walferry_refused_changes_total{became="deadLetters",pipeline="shop \\"a\\""} 5.0
      # HELP walferry_retries_total How often a pipeline has begun again, or to receive again.
      # TYPE walferry_retries_total counter
      walferry_retries_total{pipeline="cold"} 0.0
      walferry_retries_total{pipeline="shop \\"a\\""} 1.0
      # HELP walferry_rows_loaded_total Existing rows that were read.
      # TYPE walferry_rows_loaded_total counter
      walferry_rows_loaded_total{pipeline="cold"} 0.0
      walferry_rows_loaded_total{pipeline="shop \\"a\\""} 2.0
      # HELP walferry_transactions_total Source transactions that every destination has.
      # TYPE walferry_transactions_total counter
      walferry_transactions_total{pipeline="cold"} 0.0
      walferry_transactions_total{pipeline="shop \\"a\\""} 3.0
      """;

  private final AtomicReference<List<PipelineState>> states = new AtomicReference<>(List.of());
  private final StatusServer server =
      StatusServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), states::get, "1.2");
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void metricsAreThoseOfEveryPipeline() throws Exception {
    states.set(
        List.of(
            new PipelineState(
                "shop \"a\"",
                Phase.FOLLOWING,
                2,
                3,
                4,
                Optional.of(Lsn.parse("1/10")),
                Optional.of(Instant.ofEpochSecond(1_500_000_000)),
                Duration.ofMillis(250),
                1,
                Map.of("deadLetters", 5L)),
            state("cold", Phase.CONNECTING)));
    HttpResponse<String> answer = get("/metrics");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("Content-Type").orElseThrow());
    assertEquals(METRICS, answer.body());
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECTING, 200, 503",
    "LOADING, 200, 200",
    "FOLLOWING, 200, 200",
    "RETRYING, 200, 503",
    "ENDED, 200, 200",
    "FAILED, 503, 503",
  })
  void healthIsThatOfTheWorstPipeline(Phase phase, int healthy, int ready) throws Exception {
    states.set(List.of(state("fine", Phase.FOLLOWING), state("other", phase)));
    assertEquals(healthy, get("/healthz").statusCode());
    assertEquals(ready, get("/readyz").statusCode());
    assertEquals(
        "fine following\nother " + phase.name().toLowerCase(Locale.ROOT) + "\n",
        get("/readyz").body());
  }

  @Test
  void whatHasEndedAsItWasAskedToHasNoLag() throws Exception {
    states.set(List.of(state("over", Phase.ENDED), state("broken", Phase.FAILED)));
    List<String> lags =
        get("/metrics").body().lines().filter(it -> it.startsWith("walferry_lag_")).toList();
    assertEquals(List.of("walferry_lag_seconds{pipeline=\"broken\"} 0.0"), lags);
  }

  /** Whoever asks for too much is left out, and the process keeps its files for the feed. */
  @Test
  void moreConnectionsThanAreAllowedAreClosed() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * CONNECTIONS_MAX; i++) {
        sockets.add(new Socket(server.uri("/").getHost(), server.uri("/").getPort()));
      }
      Socket last = sockets.getLast();
      last.setSoTimeout(PATIENCE_MILLIS);
      assertTrue(isClosed(last), "the last connection is open");
    } finally {
      sockets.forEach(StatusServerTest::close);
    }
  }

  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    HttpResponse<String> unknown = get("/secrets");
    assertEquals(404, unknown.statusCode());
    assertEquals("There are /metrics, /healthz and /readyz\n", unknown.body());
    HttpResponse<String> post =
        send(HttpRequest.newBuilder(server.uri("/metrics")).POST(BodyPublishers.ofString("x")));
    assertEquals(405, post.statusCode());
    assertEquals("GET, HEAD", post.headers().firstValue("Allow").orElseThrow());
    HttpResponse<String> head =
        send(
            HttpRequest.newBuilder(server.uri("/metrics")).method("HEAD", BodyPublishers.noBody()));
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
  }

  @Test
  void addressThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
      WalferryException failure =
          assertThrows(WalferryException.class, () -> StatusServer.start(address, List::of, "1.2"));
      assertEquals(ErrorCode.ADDRESS_UNAVAILABLE, failure.code());
      assertTrue(
          failure.getMessage().endsWith(":" + taken.getLocalPort() + ": Address already in use"),
          failure.getMessage());
    }
  }

  private static PipelineState state(String name, Phase phase) {
    return new PipelineState(
        name, phase, 0, 0, 0, Optional.empty(), Optional.empty(), Duration.ZERO, 0, Map.of());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(server.uri(path)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
