package io.walferry.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Opens the segments of a {@link DurableLog} to be written.
 *
 * @param compression of what is appended
 */
record SegmentFiles(Compression compression, Opener opener) {
  /** {@link FileChannel#open(Path, OpenOption...)}, or one whose files fail. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path path, OpenOption... options) throws IOException;
  }

  static SegmentFiles of(Compression compression) {
    return new SegmentFiles(compression, FileChannel::open);
  }

  /** With nothing in it, whatever is there. */
  RecordFile make(Path path) throws IOException {
    FileChannel channel =
        opener.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new RecordFile(channel, 0, compression);
  }

  /** Behind what can be read of it. */
  RecordFile openToAppend(Segment segment) throws IOException {
    FileChannel channel =
        opener.open(segment.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new RecordFile(channel, segment.bytes(), compression);
  }
}
