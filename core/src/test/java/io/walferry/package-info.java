/** What the tests of several packages share. */
@NullMarked
package io.walferry;

import org.jspecify.annotations.NullMarked;
