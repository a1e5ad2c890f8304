@NullMarked
package io.walferry.postgres;

import org.jspecify.annotations.NullMarked;
