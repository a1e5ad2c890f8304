package io.walferry.kafka.converter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;

/**
 * Tells what is done to the converters of one {@code tag}, its property. With {@code held}, the
 * name of a resource, a conversion waits to be let go, and then needs that; with {@code refusing}
 * the properties are not taken.
 */
public final class WatchedConverter implements Converter {
  private static final Map<String, Watch> WATCHES = new ConcurrentHashMap<>();

  /** What was done, and the ends of a conversion that is held. */
  public record Watch(List<String> calls, CountDownLatch entered, CountDownLatch go) {
    private Watch() {
      this(new CopyOnWriteArrayList<>(), new CountDownLatch(1), new CountDownLatch(1));
    }

    public long closed() {
      return calls.stream().filter("closed"::equals).count();
    }
  }

  private Watch watch = new Watch();
  private Optional<String> held = Optional.empty();

  public static Watch of(String tag) {
    return WATCHES.computeIfAbsent(tag, it -> new Watch());
  }

  @Override
  public void configure(Map<String, ?> properties, boolean isKey) {
    watch = of(String.valueOf(properties.get("tag")));
    held = Optional.ofNullable(properties.get("held")).map(String::valueOf);
    watch.calls.add("told");
    if (properties.containsKey("refusing")) {
      throw new ConfigException("refused");
    }
  }

  @Override
  public byte[] fromConnectData(String topic, Schema schema, Object value) {
    held.ifPresent(this::hold);
    watch.calls.add("converted");
    return "x".getBytes(UTF_8);
  }

  private void hold(String resource) {
    watch.entered.countDown();
    await(watch.go);
    if (Thread.currentThread().getContextClassLoader().getResource(resource) == null) {
      throw new IllegalStateException("the jars are closed");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody lets go");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    watch.calls.add("closed");
  }
}
