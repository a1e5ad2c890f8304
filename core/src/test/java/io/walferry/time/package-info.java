@NullMarked
package io.walferry.time;

import org.jspecify.annotations.NullMarked;
