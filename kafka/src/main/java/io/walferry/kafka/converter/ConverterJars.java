package io.walferry.kafka.converter;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.storage.Converter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds converters on the class path and in jars beside it, and closes those that nobody else has
 * closed. Safe for any thread.
 */
final class ConverterJars implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConverterJars.class);

  private final Optional<ConverterLoader> jars;
  private final ClassLoader loader;

  /** Those that are not closed, by themselves. Both fields belong to who has the lock. */
  private final Set<LoadedConverter> open = new HashSet<>();

  private boolean closed;

  ConverterJars(List<Path> files) {
    ClassLoader ours = ConverterJars.class.getClassLoader();
    this.jars =
        files.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new ConverterLoader(
                    files.stream().map(ConverterJars::url).toArray(URL[]::new), ours));
    this.loader = jars.<ClassLoader>map(it -> it).orElse(ours);
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID, "The jar " + jar + " cannot be loaded", e);
    }
  }

  /**
   * A converter that was told its properties.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID} if there is none of this name, or it
   *     does not take them; {@code INTERRUPTED} if this is closed
   */
  LoadedConverter converter(ConverterSettings settings, boolean ofKeys) {
    String name = settings.className();
    ContextLoader context = ContextLoader.enter(loader);
    try {
      Object made = loader.loadClass(name).getDeclaredConstructor().newInstance();
      if (!(made instanceof Converter converter)) {
        throw unusable(name, "it is no " + Converter.class.getName(), Optional.empty());
      }
      return told(converter, settings, ofKeys);
    } catch (ClassNotFoundException e) {
      throw unusable(
          name,
          "it is neither on the class path nor in the 'jars' of the converters",
          Optional.of(e));
    } catch (ReflectiveOperationException e) {
      throw unusable(
          name, "it cannot be made: " + ConverterErrors.said(settings, cause(e)), Optional.of(e));
    } catch (LinkageError e) {
      throw unusable(name, "a class that it needs is missing: " + e.getMessage(), Optional.of(e));
    } catch (WalferryException e) {
      throw e;
    } catch (RuntimeException e) {
      throw refused(settings, e);
    } finally {
      context.leave();
    }
  }

  private LoadedConverter told(Converter converter, ConverterSettings settings, boolean ofKeys) {
    LoadedConverter loaded = new LoadedConverter(converter, settings, loader, this::forget);
    remember(loaded);
    try {
      converter.configure(Map.copyOf(settings.properties()), ofKeys);
      return loaded;
    } catch (RuntimeException | LinkageError e) {
      loaded.close();
      throw e;
    }
  }

  private synchronized void remember(LoadedConverter converter) {
    if (closed) {
      throw new WalferryException(
          ErrorCode.INTERRUPTED, "converters were closed before this one was made");
    }
    open.add(converter);
  }

  private void forget(LoadedConverter converter) {
    boolean last;
    synchronized (this) {
      open.remove(converter);
      last = closed && open.isEmpty();
    }
    if (last) {
      closeJars();
    }
  }

  private static WalferryException refused(ConverterSettings settings, RuntimeException failure) {
    String said = ConverterErrors.said(settings, failure);
    Throwable shown = ConverterErrors.shown(said, failure);
    if (ConverterErrors.outside(failure).isPresent()) {
      return new WalferryException(
          ErrorCode.DESTINATION_UNREACHABLE,
          "The converter %s could not get ready: %s".formatted(settings.className(), said),
          shown);
    }
    return unusable(
        settings.className(), "it does not take its properties: " + said, Optional.of(shown));
  }

  private static Throwable cause(Throwable wrapper) {
    return Optional.ofNullable(wrapper.getCause()).orElse(wrapper);
  }

  private static WalferryException unusable(String name, String why, Optional<Throwable> cause) {
    String message = "The converter %s cannot be used: %s".formatted(name, why);
    return cause
        .map(it -> new WalferryException(ErrorCode.CONFIGURATION_INVALID, message, it))
        .orElseGet(() -> new WalferryException(ErrorCode.CONFIGURATION_INVALID, message));
  }

  /** The jars stay open for a converter that is at work until it has done that. */
  @Override
  public void close() {
    List<LoadedConverter> left;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      left = List.copyOf(open);
    }
    left.forEach(LoadedConverter::close);
    if (left.isEmpty()) {
      closeJars();
    }
  }

  private void closeJars() {
    try {
      if (jars.isPresent()) {
        jars.get().close();
      }
    } catch (IOException e) {
      LOG.debug("The jars of converters could not be closed", e);
    }
  }
}
