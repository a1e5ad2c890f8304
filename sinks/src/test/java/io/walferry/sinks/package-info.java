/** Hand-made changes for tests of every sink. */
@NullMarked
package io.walferry.sinks;

import org.jspecify.annotations.NullMarked;
