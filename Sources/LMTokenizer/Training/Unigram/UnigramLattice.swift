import Glibc

/// All ways to cut one word into pieces: an edge for each piece from the place where it begins to where it ends.
///
/// Keeps its memory from word to word.
struct UnigramLattice: ~Copyable {
  /// A piece in the word; -1 stands for a character that is no piece.
  private struct Edge {
    let end: Int32
    let piece: Int32
  }

  /// Probabilities of pieces; those of unknown characters come last.
  struct Scores {
    /// Logarithms.
    let logarithms: [Double]
    /// e to the power of those.
    let values: [Double]

    /// An unknown character is e¹⁰ times rarer than the rarest piece, as in sentencepiece.
    init(_ pieces: [SeedPiece]) {
      let lowest = pieces.map(\.score).min() ?? 0
      logarithms = pieces.map(\.score) + [lowest - 10]
      values = logarithms.map { exp($0) }
    }
  }

  private var edges: [Edge] = []
  private var edgeStarts: [Int] = []
  private var length = 0
  private var forward: [Double] = []
  private var backward: [Double] = []
  /// How often ``forward`` had been scaled at each place.
  private var scalings: [Int32] = []
  /// The edge of the best path that ends at each place.
  private var bestEdges: [(start: Int, piece: Int32)] = []

  /// Most characters of a piece. A character costs fewer than 60 bits of probability (the rarest piece of a
  /// corpus of 2⁶² words, and e¹⁰ more if it is unknown), so within a piece sums differ by less than the range of
  /// doubles.
  static let longestPiece = 16
  /// Sums below the inverse are scaled up with all that the next pieces add to, so that the probability of a word
  /// of any length is a number.
  private static let scaling = 0x1p256

  /// Takes the edges of a word.
  mutating func read(_ word: UnsafeBufferPointer<Int32>, _ trie: borrowing PieceTrie) {
    length = word.count
    edges.removeAll(keepingCapacity: true)
    edgeStarts.removeAll(keepingCapacity: true)
    for start in 0..<word.count {
      edgeStarts.append(edges.count)
      var coversCharacter = false
      trie.forEachPiece(in: word, from: start) { end, piece in
        coversCharacter = coversCharacter || end == start &+ 1
        edges.append(Edge(end: Int32(truncatingIfNeeded: end), piece: piece))
      }
      if !coversCharacter { edges.append(Edge(end: Int32(truncatingIfNeeded: start + 1), piece: -1)) }
    }
    edgeStarts.append(edges.count)
  }

  /// Adds to `sums` how often each piece is expected in `count` words, in multiples of 1/`unit`.
  ///
  /// With α the probability of all ways to get to a place and β that of all ways from there to the end, the edge
  /// of piece p from i to j is expected α(i) · P(p) · β(j) / α(end) times.
  /// - Complexity: O(edges).
  mutating func addExpected(
    _ scores: borrowing Scores, count: Int64, unit: Double, to sums: UnsafeMutablePointer<Int64>
  ) {
    Self.resize(&forward, length)
    Self.resize(&backward, length)
    if scalings.count <= length { scalings = Array(repeating: 0, count: length + 1) }
    scores.values.withUnsafeBufferPointer { values in
      sumForward(values)
      sumBackward(values, Double(count) * unit, sums)
    }
  }

  private static func resize(_ sums: inout [Double], _ length: Int) {
    if sums.count <= length { sums = Array(repeating: 0, count: length + 1) }
    for place in 0...length { sums[place] = 0 }
  }

  private mutating func sumForward(_ values: UnsafeBufferPointer<Double>) {
    forward[0] = 1
    var scaled: Int32 = 0
    for start in 0..<length {
      if forward[start] < 1 / Self.scaling {
        for place in start...min(length, start + Self.longestPiece) { forward[place] *= Self.scaling }
        scaled += 1
      }
      scalings[start] = scaled
      let sum = forward[start]
      for index in edgeStarts[start]..<edgeStarts[start + 1] {
        let edge = edges[index]
        forward[Int(edge.end)] += sum * values[edge.piece < 0 ? values.count - 1 : Int(edge.piece)]
      }
    }
    scalings[length] = scaled
  }

  private mutating func sumBackward(
    _ values: UnsafeBufferPointer<Double>, _ weight: Double, _ sums: UnsafeMutablePointer<Int64>
  ) {
    backward[length] = 1
    var scaled: Int32 = 0
    for start in (0..<length).reversed() {
      let missing = scalings[length] - scalings[start] - scaled
      var factor = weight * (forward[start] / forward[length])
      if missing != 0 { factor = scalbn(factor, 256 * missing) }
      var sum = 0.0
      for index in edgeStarts[start]..<edgeStarts[start + 1] {
        let edge = edges[index]
        let value = values[edge.piece < 0 ? values.count - 1 : Int(edge.piece)] * backward[Int(edge.end)]
        sum += value
        let expected = (factor * value).rounded()
        if edge.piece >= 0, expected < 0x1p62 { sums[Int(edge.piece)] &+= Int64(expected) }
      }
      backward[start] = sum
      if sum < 1 / Self.scaling {
        for place in start...min(length, start + Self.longestPiece) { backward[place] *= Self.scaling }
        scaled += 1
      }
    }
  }

  /// Calls `body` with the pieces of the most probable way to cut the word, the last first; -1 is a character
  /// that is no piece.
  /// - Parameter excluded: A piece that must not be used.
  mutating func forEachBest(
    _ scores: borrowing Scores, excluding excluded: Int32 = -2, _ body: (Int32) -> Void
  ) {
    Self.resize(&forward, length)
    for place in 0...length { forward[place] = -.infinity }
    forward[0] = 0
    if bestEdges.count <= length { bestEdges = Array(repeating: (0, -1), count: length + 1) }
    for start in 0..<length where forward[start] > -.infinity {
      for index in edgeStarts[start]..<edgeStarts[start + 1] where edges[index].piece != excluded {
        let (end, piece) = (Int(edges[index].end), edges[index].piece)
        let score = forward[start] + scores.logarithms[piece < 0 ? scores.logarithms.count - 1 : Int(piece)]
        if score > forward[end] {
          forward[end] = score
          bestEdges[end] = (start, piece)
        }
      }
    }
    guard forward[length] > -.infinity else { return }
    var place = length
    while place > 0 {
      body(bestEdges[place].piece)
      place = bestEdges[place].start
    }
  }
}
