package io.walferry.kafka.converter;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads converters from jars, whose classes win over ours: they may need other versions of
 * libraries that we have, too. But for what converters share with us, which is ours: the JDK, Kafka
 * and slf4j. What the jars lack is looked for among ours.
 */
final class ConverterLoader extends URLClassLoader {
  private static final List<String> SHARED = List.of("org.apache.kafka.", "org.slf4j.");

  static {
    ClassLoader.registerAsParallelCapable();
  }

  private final ClassLoader ours;

  ConverterLoader(URL[] jars, ClassLoader ours) {
    super(jars, ours);
    this.ours = ours;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> found = findLoadedClass(name);
      if (found == null && SHARED.stream().noneMatch(name::startsWith)) {
        found = ofTheirs(name);
      }
      if (found == null) {
        return super.loadClass(name, resolve);
      }
      if (resolve) {
        resolveClass(found);
      }
      return found;
    }
  }

  /** Of the JDK or of the jars. */
  private @Nullable Class<?> ofTheirs(String name) {
    try {
      return getPlatformClassLoader().loadClass(name);
    } catch (ClassNotFoundException ofNoJdk) {
      try {
        return findClass(name);
      } catch (ClassNotFoundException ofNoJar) {
        return null;
      }
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL theirs = findResource(name);
    return theirs == null ? super.getResource(name) : theirs;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    List<URL> found = new ArrayList<>(Collections.list(findResources(name)));
    found.addAll(Collections.list(ours.getResources(name)));
    return Collections.enumeration(found);
  }
}
