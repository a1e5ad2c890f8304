package io.walferry.kafka.converter;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A converter of others, and what its failures mean. Belongs to one thread, but for {@link #close}.
 */
final class LoadedConverter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedConverter.class);

  /** Whether somebody converts, and whether anybody may. */
  private enum Use {
    NONE,
    CONVERTING,
    /** Whoever converts closes it then. */
    CONVERTING_LAST,
    CLOSED
  }

  private final Converter converter;
  private final ConverterSettings settings;
  private final ClassLoader loader;
  private final Consumer<LoadedConverter> ended;
  private final AtomicReference<Use> use = new AtomicReference<>(Use.NONE);

  /**
   * One that may have been told its properties or not.
   *
   * @param ended is told once, when the converter is closed
   */
  LoadedConverter(
      Converter converter,
      ConverterSettings settings,
      ClassLoader loader,
      Consumer<LoadedConverter> ended) {
    this.converter = converter;
    this.settings = settings;
    this.loader = loader;
    this.ended = ended;
  }

  /**
   * Makes bytes. A row is at fault only if the same schema without its values is taken, and the row
   * then still is not: what a registry refuses, or a schema that cannot be, is nothing that dead
   * letters are for, nor is a fault that passes.
   *
   * @param what is converted, in messages
   * @param empty the same without the row's values
   * @throws WalferryException {@code DESTINATION_UNREACHABLE} if it may pass, {@code
   *     DESTINATION_RECORD_REFUSED} if the row is at fault, {@code INTERRUPTED} if this is closed,
   *     else {@code DESTINATION_CONVERTER_FAILED}
   */
  Encoded convert(String topic, String what, SchemaAndValue whole, Supplier<SchemaAndValue> empty) {
    if (!use.compareAndSet(Use.NONE, Use.CONVERTING)) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "the converter was closed before it has converted " + what);
    }
    try {
      return judged(topic, what, whole, empty);
    } finally {
      if (!use.compareAndSet(Use.CONVERTING, Use.NONE)) {
        use.set(Use.CLOSED);
        end();
      }
    }
  }

  private Encoded judged(
      String topic, String what, SchemaAndValue whole, Supplier<SchemaAndValue> empty) {
    try {
      return converted(topic, whole);
    } catch (RuntimeException | LinkageError e) {
      requireInside(what, e);
    }
    requireSchema(topic, what, empty);
    try {
      return converted(topic, whole);
    } catch (RuntimeException | LinkageError e) {
      requireInside(what, e);
      String kinds = ConverterErrors.kinds(e);
      throw new WalferryException(
          ErrorCode.DESTINATION_RECORD_REFUSED,
          "The converter %s does not take %s: %s".formatted(settings.className(), what, kinds),
          ConverterErrors.shown(kinds, e));
    }
  }

  private void requireSchema(String topic, String what, Supplier<SchemaAndValue> empty) {
    try {
      var unused = converted(topic, empty.get());
    } catch (RuntimeException | LinkageError e) {
      requireInside(what, e);
      String said = ConverterErrors.said(settings, e);
      throw new WalferryException(
          ErrorCode.DESTINATION_CONVERTER_FAILED,
          "The converter %s does not take the schema of %s: %s"
              .formatted(settings.className(), what, said),
          ConverterErrors.shown(said, e));
    }
  }

  /** Throws what has nothing to do with what is converted. */
  private void requireInside(String what, Throwable failure) {
    if (ConverterErrors.isInterrupted(failure)) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED,
          "interrupted while converting " + what,
          ConverterErrors.shown(ConverterErrors.kinds(failure), failure));
    }
    Optional<Throwable> outside = ConverterErrors.outside(failure);
    if (outside.isPresent()) {
      // What is around it may hold values.
      String said = ConverterErrors.said(settings, outside.get());
      throw new WalferryException(
          ErrorCode.DESTINATION_UNREACHABLE,
          "The converter %s could not convert %s: %s".formatted(settings.className(), what, said),
          ConverterErrors.shown(said, outside.get()));
    }
  }

  private Encoded converted(String topic, SchemaAndValue record) {
    Headers headers = new RecordHeaders();
    ContextLoader context = ContextLoader.enter(loader);
    try {
      byte[] bytes = converter.fromConnectData(topic, headers, record.schema(), record.value());
      if (bytes == null) {
        // It would pass for a row that is gone.
        throw new IllegalStateException("it has made no bytes");
      }
      return new Encoded(bytes, List.of(headers.toArray()));
    } finally {
      context.leave();
    }
  }

  /**
   * May be called again, and from another thread: a converter is closed once, and if it is at work,
   * then by who waits for it.
   */
  @Override
  public void close() {
    Use before =
        use.getAndUpdate(
            it ->
                switch (it) {
                  case NONE, CLOSED -> Use.CLOSED;
                  case CONVERTING, CONVERTING_LAST -> Use.CONVERTING_LAST;
                });
    if (before == Use.NONE) {
      end();
    }
  }

  private void end() {
    ContextLoader context = ContextLoader.enter(loader);
    try {
      converter.close();
    } catch (IOException | RuntimeException | LinkageError e) {
      String said = ConverterErrors.said(settings, e);
      LOG.debug("The converter {} could not be closed: {}", settings.className(), said);
    } finally {
      context.leave();
      ended.accept(this);
    }
  }
}
