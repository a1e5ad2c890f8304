package io.walferry.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Answers over HTTP: {@code /metrics} in the text format of Prometheus, {@code /healthz} with 200
 * while no pipeline has failed for good, {@code /readyz} with 200 while every pipeline loads or
 * follows; else with 503. There are names of pipelines in it, and no values of rows; there is no
 * password, so it belongs on an address that only those reach who may know. Whoever does reach it
 * costs the process {@value #CONNECTIONS_MAX} connections at most, none of them longer than {@value
 * #SECONDS_MAX} seconds for a question or an answer. Safe for any number of threads.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition
 *     formats</a>
 */
public final class StatusServer implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 32;
  private static final int SECONDS_MAX = 10;

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int UNAVAILABLE = 503;
  private static final int NO_BODY = -1;
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Supplier<List<PipelineState>> states;
  private final String version;

  private record Answer(int status, String type, String text) {}

  private StatusServer(HttpServer server, Supplier<List<PipelineState>> states, String version) {
    this.server = server;
    this.states = states;
    this.version = version;
  }

  /**
   * Listens from now on.
   *
   * @param address port 0 for any that is free
   * @param states asked for each answer, by any thread
   * @throws WalferryException {@code ADDRESS_UNAVAILABLE}
   */
  public static StatusServer start(
      InetSocketAddress address, Supplier<List<PipelineState>> states, String version) {
    bound("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    bound("sun.net.httpserver.maxReqTime", SECONDS_MAX);
    bound("sun.net.httpserver.maxRspTime", SECONDS_MAX);
    try {
      StatusServer started = new StatusServer(HttpServer.create(address, 0), states, version);
      started.server.createContext("/", started::serve);
      started.server.setExecutor(started.threads);
      started.server.start();
      return started;
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.ADDRESS_UNAVAILABLE,
          "could not listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /**
   * The JDK's server has no bounds but by properties of the process, which it reads when the first
   * one is made. One that somebody has set stays.
   */
  private static void bound(String property, int most) {
    System.getProperties().putIfAbsent(property, Integer.toString(most));
  }

  /** Where a path is answered. */
  public URI uri(String path) {
    InetSocketAddress address = server.getAddress();
    try {
      return new URI(
          "http", null, address.getAddress().getHostAddress(), address.getPort(), path, null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("No path: " + path, e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      Answer answer =
          head || exchange.getRequestMethod().equals("GET")
              ? answer(exchange.getRequestURI().getPath())
              : text(NOT_ALLOWED, "Only GET and HEAD");
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (answer.status() == NOT_ALLOWED) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      }
      if (head) {
        exchange.sendResponseHeaders(answer.status(), NO_BODY);
      } else {
        byte[] bytes = answer.text().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
          body.write(bytes);
        }
      }
    }
  }

  private Answer answer(String path) throws IOException {
    return switch (path) {
      case "/metrics" -> metrics();
      case "/healthz" -> health(state -> state.phase() == PipelineState.Phase.FAILED);
      case "/readyz" -> health(state -> !state.isReady());
      default -> text(NOT_FOUND, "There are /metrics, /healthz and /readyz");
    };
  }

  private Answer metrics() throws IOException {
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, Metrics.of(states.get(), version));
    return new Answer(OK, writer.getContentType(), body.toString(UTF_8));
  }

  private Answer health(Predicate<PipelineState> isIll) {
    List<PipelineState> now = states.get();
    String lines =
        now.stream()
            .map(state -> state.name() + " " + state.phase().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining("\n"));
    return text(now.stream().anyMatch(isIll) ? UNAVAILABLE : OK, lines);
  }

  private static Answer text(int status, String text) {
    return new Answer(status, TEXT, text + "\n");
  }

  /** Ends what is being answered, and listens no more. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
