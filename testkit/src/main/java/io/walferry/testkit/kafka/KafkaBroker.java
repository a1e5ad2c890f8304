package io.walferry.testkit.kafka;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.FileTree;
import io.walferry.testkit.internal.FreePort;
import io.walferry.testkit.internal.Guardian;
import io.walferry.testkit.internal.TemporaryData;
import io.walferry.testkit.kafka.BrokerSettings.Certificates;
import io.walferry.testkit.kafka.BrokerSettings.Ports;
import io.walferry.testkit.kafka.BrokerSettings.Proxied;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.process.ChildJvmBuilder;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.tls.TestCertificates;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Kafka broker of our own on 127.0.0.1 (KRaft, one node, in a JVM of its own) that can be
 * stopped, killed, held still and started again on the same logs and port. It ends with this JVM,
 * however the JVM ends, and its logs with it.
 *
 * <p>Any thread may call; calls that start or stop the broker wait for each other.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration START_SILENCE_MAX = Await.patience(Duration.ofSeconds(60));
  private static final Duration STOP_MAX = Await.patience(Duration.ofSeconds(60));
  private static final int PORTS_TRIED_MAX = 5;

  /** Said when requests are taken. */
  private static final String STARTED = "Kafka Server started";

  private static final String CLUSTER_ID = "d2FsZmVycnktdGVzdGtpdA";

  /** Its password has what files of settings and JAAS treat specially. */
  private static final KafkaLogin LOGIN = new KafkaLogin("walferry", "right \"one\\");

  private final BrokerSettings settings;
  private final String classPath = BrokerPrograms.classPath();
  private final Path directory;
  private final Guardian guardian;
  private final TestCertificates certificates;
  private volatile Map<KafkaListener, Integer> ports = Map.of();
  private volatile Optional<FaultProxy> proxy = Optional.empty();
  private Optional<ChildJvm> process = Optional.empty();
  private boolean closed;

  private KafkaBroker(BrokerSettings settings, Path directory) {
    this.settings = settings;
    this.directory = directory;
    // The broker may be dying while its logs are removed, so it is tried again.
    this.guardian =
        Guardian.start(
            "rm -rf \"$1\" || { sleep 2; rm -rf \"$1\"; }\n", List.of(directory.toString()));
    this.certificates = makeCertificates(directory);
  }

  private static TestCertificates makeCertificates(Path directory) {
    try {
      return TestCertificates.make(Files.createDirectory(directory.resolve("certificates")));
    } catch (IOException | GeneralSecurityException e) {
      throw new KafkaBrokerException("Cannot make certificates in " + directory, e);
    }
  }

  public static KafkaBrokerBuilder builder() {
    return new KafkaBrokerBuilder();
  }

  static KafkaBroker create(BrokerSettings settings) {
    KafkaBroker broker = new KafkaBroker(settings, TemporaryData.directory("walferry-kafka-"));
    try {
      broker.startOnFreePorts();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  private void startOnFreePorts() {
    for (int tries = 1; ; tries++) {
      ports = choosePorts();
      configure(new Ports(ports, FreePort.choose(), placeProxy()));
      format();
      try {
        start();
        return;
      } catch (KafkaBrokerException e) {
        boolean portTaken = String.valueOf(e.getMessage()).contains("already in use");
        if (!portTaken || tries == PORTS_TRIED_MAX) {
          throw e;
        }
      }
    }
  }

  private static Map<KafkaListener, Integer> choosePorts() {
    Map<KafkaListener, Integer> chosen = new EnumMap<>(KafkaListener.class);
    for (KafkaListener listener : KafkaListener.values()) {
      chosen.put(listener, FreePort.choose());
    }
    return chosen;
  }

  private Optional<Proxied> placeProxy() {
    if (!settings.proxied()) {
      return Optional.empty();
    }
    proxy.ifPresent(FaultProxy::close);
    int behind = FreePort.choose();
    FaultProxy placed = FaultProxy.before(behind);
    proxy = Optional.of(placed);
    return Optional.of(new Proxied(behind, placed.port()));
  }

  private Path configuration() {
    return directory.resolve("broker.properties");
  }

  private Path logs() {
    return directory.resolve("logs");
  }

  private void configure(Ports ports) {
    write(configuration(), ports, logs());
  }

  private void write(Path file, Ports ports, Path logs) {
    try (Writer writer = Files.newBufferedWriter(file)) {
      Certificates shown =
          new Certificates(
              certificates.pkcs12("broker.p12", "broker"),
              TestCertificates.PASSWORD,
              certificates.pem("ca.pem", "ca"));
      settings.properties(ports, logs, LOGIN, shown).store(writer, "of a test's broker");
    } catch (IOException | GeneralSecurityException e) {
      throw new KafkaBrokerException("Cannot write " + file, e);
    }
  }

  /** Copies logs that are formatted once for each version, and know our user. */
  private void format() {
    if (Files.exists(logs())) {
      return;
    }
    Path formatted =
        BinaryCache.ofThisUser()
            .directory(
                "kafka-" + BrokerPrograms.version() + "-logs-with-user", this::formatTemplate);
    try {
      FileTree.copy(formatted, Files.createDirectory(logs()));
    } catch (IOException e) {
      throw new KafkaBrokerException("Cannot copy " + formatted + " to " + logs(), e);
    }
  }

  private void formatTemplate(Path empty) {
    Path file = directory.resolve("template.properties");
    write(file, new Ports(ports, FreePort.choose(), Optional.empty()), empty);
    try (ChildJvm tool =
        jvm(BrokerPrograms.STORAGE_TOOL)
            .arguments("format", "-t", CLUSTER_ID)
            .arguments("-c", file.toString())
            .arguments(LOGIN.formatArguments().toArray(String[]::new))
            .start()) {
      if (tool.awaitExit(START_SILENCE_MAX) != 0) {
        throw new KafkaBrokerException(
            "Cannot format a broker's logs:\n" + String.join("\n", tool.lines()));
      }
    }
  }

  private ChildJvmBuilder jvm(String mainClass) {
    return ChildJvm.running(mainClass)
        .classPath(classPath)
        .jvmOptions("-Xmx384m")
        .jvmOptions("-Dkafka.logs.dir=" + directory);
  }

  /** Starts the stopped or killed broker again; no effect on a running one. */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("The broker on port " + port() + " is closed");
    }
    if (isRunning()) {
      return;
    }
    process.ifPresent(ChildJvm::close);
    ChildJvm launched = jvm(BrokerPrograms.SERVER).arguments(configuration().toString()).start();
    process = Optional.of(launched);
    try {
      var unused = launched.awaitLineOfTalker(line -> line.contains(STARTED), START_SILENCE_MAX);
    } catch (IllegalStateException e) {
      forgetProcess();
      throw new KafkaBrokerException("The broker on port " + port() + " did not start", e);
    }
  }

  /** Asks the broker to stop and returns when it has; no effect on a stopped one. */
  public synchronized void stop() {
    process.ifPresent(
        running -> {
          running.terminate();
          running.awaitExit(STOP_MAX);
        });
    forgetProcess();
  }

  /** SIGKILL; returns when the broker is gone. */
  public synchronized void kill() {
    forgetProcess();
  }

  private void forgetProcess() {
    process.ifPresent(ChildJvm::close);
    process = Optional.empty();
  }

  /** Stops and starts again, on the same port. */
  public synchronized void restart() {
    stop();
    start();
  }

  /** SIGSTOP: the broker stands still, with its connections open, until {@link #resume}. */
  public synchronized void suspend() {
    process.ifPresent(ChildJvm::suspend);
  }

  /** SIGCONT. */
  public synchronized void resume() {
    process.ifPresent(ChildJvm::resume);
  }

  public synchronized boolean isRunning() {
    return process.isPresent() && process.get().isAlive();
  }

  /** Returns {@code bootstrap.servers} for clients that neither log in nor speak TLS. */
  public String bootstrapServers() {
    return bootstrapServers(KafkaListener.PLAIN);
  }

  /** Returns {@code bootstrap.servers} for clients of a listener. */
  public String bootstrapServers(KafkaListener listener) {
    return "127.0.0.1:" + port(listener);
  }

  /** The only user that may log in. */
  public KafkaLogin login() {
    return LOGIN;
  }

  /**
   * The broker's certificate, {@code broker}, is for 127.0.0.1 only; it trusts clients of authority
   * {@code ca}.
   */
  public TestCertificates certificates() {
    return certificates;
  }

  /**
   * The proxy of a {@link KafkaBrokerBuilder#proxied} broker: who begins with its port comes by way
   * of it always.
   */
  public FaultProxy proxy() {
    return proxy.orElseThrow(() -> new IllegalStateException("The broker has no proxy"));
  }

  /** The port of {@link KafkaListener#PLAIN}, the same over all starts of this broker. */
  public int port() {
    return port(KafkaListener.PLAIN);
  }

  /** A listener's port, the same over all starts of this broker. */
  public int port(KafkaListener listener) {
    return Optional.ofNullable(ports.get(listener)).orElseThrow();
  }

  /** Kills the broker for good and removes its logs. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    forgetProcess();
    proxy.ifPresent(FaultProxy::close);
    guardian.release();
  }
}
