import LMRuntime

/// Sorts the places of a corpus by the characters that follow, up to the end of the word or a depth.
enum PlaceSorting {
  /// The places of all characters in the order of what follows them; what is equal to that depth is in no
  /// particular order.
  /// - Complexity: O(n log n + n · depth) comparisons for n characters, shared by `threads`.
  static func sorted(
    _ corpus: borrowing CharacterRows, depth: Int, _ threads: ThreadPool
  ) -> [Int32] {
    let symbols = corpus.symbols
    var ends = Array(repeating: 0, count: corpus.alphabet.count)
    for symbol in symbols where symbol >= 0 { ends[Int(symbol)] += 1 }
    var count = 0
    for character in ends.indices {
      let size = ends[character]
      ends[character] = count
      count += size
    }
    var places = Array(repeating: Int32(0), count: count)
    places.withUnsafeMutableBufferPointer { places in
      for (place, symbol) in symbols.enumerated() where symbol >= 0 {
        places[ends[Int(symbol)]] = Int32(truncatingIfNeeded: place)
        ends[Int(symbol)] += 1
      }
      guard let base = places.baseAddress, let text = symbols.baseAddress else { return }
      let (ends, places) = (ends, PlaceBlock(base: base))
      threads.run(ends.count) { character, _ in
        let start = character == 0 ? 0 : ends[character - 1]
        sort(places.base, start, ends[character], text, 1, depth)
      }
    }
    return places
  }

  private struct PlaceBlock: @unchecked Sendable {
    let base: UnsafeMutablePointer<Int32>
  }

  /// Bentley and Sedgewick's multikey quicksort of `places[start ..< end]`, which agree in `depth` characters.
  private static func sort(
    _ places: UnsafeMutablePointer<Int32>, _ start: Int, _ end: Int, _ text: UnsafePointer<Int32>,
    _ depth: Int, _ limit: Int
  ) {
    var (start, end, depth) = (start, end, depth)
    while end - start > 1, depth < limit {
      let pivot = median(places, start, end, text, depth)
      var (lower, upper, index) = (start, end, start)
      while index < upper {
        let symbol = text[Int(places[index]) &+ depth]
        if symbol < pivot {
          exchange(places, lower, index)
          lower += 1
          index += 1
        } else if symbol > pivot {
          upper -= 1
          exchange(places, index, upper)
        } else {
          index += 1
        }
      }
      // The largest part is sorted by this loop, so that the stack stays small.
      let parts = [(start, lower, depth), (lower, upper, pivot < 0 ? limit : depth + 1), (upper, end, depth)]
      let largest = parts.indices.max { parts[$0].1 - parts[$0].0 < parts[$1].1 - parts[$1].0 } ?? 0
      for (number, part) in parts.enumerated() where number != largest {
        sort(places, part.0, part.1, text, part.2, limit)
      }
      (start, end, depth) = parts[largest]
    }
  }

  private static func median(
    _ places: UnsafeMutablePointer<Int32>, _ start: Int, _ end: Int, _ text: UnsafePointer<Int32>,
    _ depth: Int
  ) -> Int32 {
    let a = text[Int(places[start]) + depth]
    let b = text[Int(places[start + (end - start) / 2]) + depth]
    let c = text[Int(places[end - 1]) + depth]
    return max(min(a, b), min(max(a, b), c))
  }

  @inline(__always) private static func exchange(
    _ places: UnsafeMutablePointer<Int32>, _ left: Int, _ right: Int
  ) {
    let place = places[left]
    places[left] = places[right]
    places[right] = place
  }
}
