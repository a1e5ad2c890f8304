/** Short reads of existing rows under the snapshot at which a slot's stream starts. */
@NullMarked
package io.walferry.snapshot;

import org.jspecify.annotations.NullMarked;
