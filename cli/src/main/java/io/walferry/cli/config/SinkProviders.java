package io.walferry.cli.config;

import io.walferry.sink.SinkProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Types of sinks that others provide: on the class path, and in the jars of a folder. Each jar has
 * a class loader of its own, which lives as long as the process, so that two of them may bring
 * different versions of a library.
 */
final class SinkProviders {
  private static final String JAR = ".jar";

  private final Map<String, SinkProvider> providers = new TreeMap<>();

  /** The types, in alphabetical order. */
  Map<String, SinkProvider> all() {
    return providers;
  }

  /** Why plug-ins cannot be used. */
  static final class PluginException extends Exception {
    private static final long serialVersionUID = 1L;

    PluginException(String message) {
      super(message);
    }
  }

  void addClassPath() throws PluginException {
    add(ServiceLoader.load(SinkProvider.class), SinkProvider.class.getClassLoader(), "class path");
  }

  void addFolder(Path folder) throws PluginException {
    if (!Files.isDirectory(folder)) {
      throw new PluginException("there is no folder " + folder);
    }
    for (Path jar : jars(folder)) {
      URLClassLoader loader =
          new URLClassLoader(
              jar.getFileName().toString(),
              new URL[] {url(jar)},
              SinkProvider.class.getClassLoader());
      add(ServiceLoader.load(SinkProvider.class, loader), loader, jar.toString());
    }
  }

  private static List<Path> jars(Path folder) throws PluginException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(JAR)).sorted().toList();
    } catch (IOException e) {
      throw new PluginException("could not read the folder " + folder);
    }
  }

  private static URL url(Path jar) throws PluginException {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new PluginException(jar + " cannot be loaded");
    }
  }

  /** A jar's loader finds those of the class path, too; they are known already. */
  private void add(ServiceLoader<SinkProvider> found, ClassLoader from, String where)
      throws PluginException {
    try {
      for (SinkProvider provider : found) {
        boolean known = providers.containsKey(provider.type());
        if (provider.getClass().getClassLoader().equals(from) || !known) {
          if (known) {
            throw new PluginException(
                where + " has a sink type '" + provider.type() + "', which is there already");
          }
          providers.put(provider.type(), provider);
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new PluginException(
          where + " does not fit this version of Walferry: " + e.getMessage());
    }
  }
}
