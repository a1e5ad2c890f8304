package io.walferry.testkit.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Holds unpacked PostgreSQL programs, one directory for each version, shared by all JVMs of this
 * user. A directory appears by one atomic rename when it is complete; of several JVMs that unpack
 * at once one wins and the others throw their copy away.
 */
final class BinaryCache {
  private static final int EXECUTABLE_BY_OWNER = 0100;

  private final Path root;

  BinaryCache(Path root) {
    this.root = root;
  }

  /** Under the user's cache directory if one is set, else under the temporary directory. */
  static BinaryCache ofThisUser() {
    Path parent =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(name -> !name.isBlank())
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
    return new BinaryCache(parent.resolve("walferry-" + System.getProperty("user.name")));
  }

  /** Returns the directory that holds {@code bin}, {@code lib} and {@code share}. */
  Path installation(PostgresArchive archive) {
    Path home = root.resolve("postgres-" + archive.version());
    try {
      Files.createDirectories(root);
      requireOwn(root);
      if (!Files.isDirectory(home)) {
        unpackInto(home, archive);
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot unpack PostgreSQL " + archive.version(), e);
    }
  }

  /** Programs are run from here, so a directory that somebody else laid out is refused. */
  private static void requireOwn(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "owner", ".probe");
    try {
      if (!Files.getOwner(probe).equals(Files.getOwner(directory))) {
        throw new IOException("The cache directory belongs to another user: " + directory);
      }
    } finally {
      Files.delete(probe);
    }
  }

  private void unpackInto(Path home, PostgresArchive archive) throws IOException {
    Path part = Files.createTempDirectory(root, home.getFileName() + ".part");
    try {
      unpack(archive, part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      boolean lostTheRace = Files.isDirectory(home);
      FileTree.delete(part);
      if (!lostTheRace) {
        throw e;
      }
    }
  }

  private static void unpack(PostgresArchive archive, Path directory) throws IOException {
    try (var bytes = new BufferedInputStream(archive.open());
        var tar = new TarArchiveInputStream(new XZInputStream(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(entry, tar, directory);
      }
    }
  }

  private static void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path directory)
      throws IOException {
    Path target = inside(directory, directory.resolve(entry.getName()));
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(Optional.ofNullable(target.getParent()).orElse(directory));
    if (entry.isSymbolicLink()) {
      inside(directory, target.resolveSibling(entry.getLinkName()));
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, target);
      Files.setPosixFilePermissions(target, permissions(entry.getMode()));
    } else {
      throw new IOException("Neither file nor symbolic link: " + entry.getName());
    }
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
