package io.walferry.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Writes what archives hold into a directory, never outside it. */
public final class Unpacking {
  private static final int EXECUTABLE_BY_OWNER = 0100;

  private Unpacking() {}

  /** Files, directories and symbolic links of a tar file; anything else is refused. */
  public static void tar(InputStream bytes, Path directory) throws IOException {
    try (var tar = new TarArchiveInputStream(bytes)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(entry, tar, directory);
      }
    }
  }

  /** Those files below a folder of a jar that are wanted by their paths in that folder. */
  public static void jar(JarFile jar, String folder, Predicate<String> wanted, Path directory)
      throws IOException {
    for (JarEntry entry : Collections.list(jar.entries())) {
      if (entry.isDirectory() || !entry.getName().startsWith(folder)) {
        continue;
      }
      String name = entry.getName().substring(folder.length());
      if (wanted.test(name)) {
        try (InputStream bytes = jar.getInputStream(entry)) {
          Files.copy(bytes, target(directory, name));
        }
      }
    }
  }

  private static void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path directory)
      throws IOException {
    Path target = target(directory, entry.getName());
    if (entry.isDirectory()) {
      Files.createDirectories(target);
    } else if (entry.isSymbolicLink()) {
      inside(directory, target.resolveSibling(entry.getLinkName()));
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, target);
      Files.setPosixFilePermissions(target, permissions(entry.getMode()));
    } else {
      throw new IOException("Neither file nor symbolic link: " + entry.getName());
    }
  }

  /** The path for an entry, whose folder exists then. */
  private static Path target(Path directory, String name) throws IOException {
    Path target = inside(directory, directory.resolve(name));
    Files.createDirectories(Optional.ofNullable(target.getParent()).orElse(directory));
    return target;
  }

  private static Path inside(Path directory, Path path) throws IOException {
    if (!path.normalize().startsWith(directory)) {
      throw new IOException("An archive entry points out of its directory: " + path);
    }
    return path.normalize();
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    boolean executable = (mode & EXECUTABLE_BY_OWNER) != 0;
    return PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
  }
}
