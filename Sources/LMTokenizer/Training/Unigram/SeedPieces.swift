import Glibc
import LMRuntime

/// A candidate for the vocabulary: a place of the corpus where it stands.
package struct SeedPiece {
  /// Where it stands in the rows of characters.
  package let position: Int32
  /// Number of characters.
  package let length: UInt8
  /// Logarithm of its probability.
  package var score: Double
  /// Its place when pieces are listed by their use: the smallest stay longest.
  var order: Int32
}

/// The pieces that training begins with: all characters, and of the strings inside words that cannot be made
/// longer without becoming rarer, those of the largest count times length.
///
/// Places of the corpus are sorted by the characters that follow (a suffix array to a depth of one piece). Equal
/// strings are then neighbours, and one walk with a stack finds all nodes of the tree that they form.
package struct SeedPieces {
  /// In the order of their characters: a piece follows its beginnings.
  package private(set) var pieces: [SeedPiece] = []

  /// A string as a range of the sorted places: the first place, and its length.
  private struct Candidate {
    let first: Int32
    let length: UInt8
    let weight: Int64

    var score: Int64 { weight &* Int64(length) }
  }

  private var candidates: [Candidate] = []
  private let limit: Int
  /// Candidates of this score or less cannot be among the ``limit`` best any more.
  private var threshold: Int64 = 0

  /// - Parameters:
  ///   - pieceLength: Most characters of a piece.
  ///   - limit: Most pieces, characters included where they leave room.
  package init(_ corpus: borrowing CharacterRows, pieceLength: Int, limit: Int, _ threads: ThreadPool) {
    self.limit = max(0, limit - corpus.alphabet.count)
    let places = PlaceSorting.sorted(corpus, depth: pieceLength, threads)
    var characters: [Candidate] = []
    collect(corpus, places, pieceLength, &characters)
    trim()
    // By the first of their sorted places, then by length: the order of their characters.
    let all = (characters + candidates).sorted { ($0.first, $0.length) < ($1.first, $1.length) }
    let byScore = all.indices.sorted { left, right in
      let (a, b) = (all[left], all[right])
      if (a.length == 1) != (b.length == 1) { return a.length == 1 }
      return a.score != b.score ? a.score > b.score : left < right
    }
    var order = Array(repeating: Int32(0), count: all.count)
    for (rank, index) in byScore.enumerated() { order[index] = Int32(rank) }
    let total = all.reduce(0) { $0 + Double($1.score) }
    pieces = zip(all, order).map { candidate, order in
      SeedPiece(
        position: places[Int(candidate.first)], length: candidate.length,
        score: log(Double(candidate.score) / total), order: order)
    }
  }

  /// Walks the sorted places with a stack of the strings that the current one begins with.
  private mutating func collect(
    _ corpus: borrowing CharacterRows, _ places: [Int32], _ pieceLength: Int,
    _ characters: inout [Candidate]
  ) {
    let symbols = corpus.symbols
    var stack: [(length: Int, first: Int, weight: Int64)] = []
    func common(_ left: Int32, _ right: Int32) -> Int {
      var length = 0
      while length < pieceLength, symbols[Int(left) + length] == symbols[Int(right) + length],
        symbols[Int(left) + length] >= 0
      {
        length += 1
      }
      return length
    }
    func pop(to length: Int) {
      while let top = stack.last, top.length > length {
        stack.removeLast()
        let candidate = Candidate(first: Int32(top.first), length: UInt8(top.length), weight: top.weight)
        if top.length == 1 { characters.append(candidate) } else { add(candidate) }
        guard let parent = stack.last, parent.length >= length else {
          if length > 0 { stack.append((length, top.first, top.weight)) }
          continue
        }
        stack[stack.count - 1].weight += top.weight
      }
    }
    for (index, place) in places.enumerated() {
      let shared = index == 0 ? 0 : common(places[index - 1], place)
      // A character is a piece wherever the tree has a node for it or not.
      pop(to: shared)
      let weight = corpus.counts[corpus.word(at: place)]
      if shared == 0 { stack.append((1, index, 0)) }
      let length = common(place, place)
      if let top = stack.last, top.length == length {
        stack[stack.count - 1].weight += weight
      } else {
        stack.append((length, index, weight))
      }
    }
    pop(to: 0)
  }

  private mutating func add(_ candidate: Candidate) {
    guard candidate.weight > 1, candidate.score > threshold else { return }
    candidates.append(candidate)
    if candidates.count >= 2 * limit + 1024 { trim() }
  }

  /// Keeps the ``limit`` best; of equals those that were found first.
  private mutating func trim() {
    guard candidates.count > limit else { return }
    let best = candidates.indices.sorted { left, right in
      let (a, b) = (candidates[left].score, candidates[right].score)
      return a != b ? a > b : left < right
    }
    threshold = limit > 0 ? candidates[best[limit - 1]].score : .max
    candidates = best.prefix(limit).sorted().map { candidates[$0] }
  }
}
