import LMRuntime

/// What a unigram model says about the words of a corpus, worked out by all threads.
package struct UnigramExpectation: ~Copyable {
  let corpus: CharacterRows
  let threads: ThreadPool
  /// One for each thread.
  private let lattices: UnsafeMutablePointer<UnigramLattice>

  /// Sums are kept in multiples of its inverse.
  private static let unit = 0x1p24
  /// Words of a part that one thread works on.
  private static let partSize = 4096

  package init(_ corpus: consuming CharacterRows, _ threads: ThreadPool) {
    self.corpus = corpus
    self.threads = threads
    lattices = .allocate(capacity: threads.threadCount)
    for thread in 0..<threads.threadCount { (lattices + thread).initialize(to: UnigramLattice()) }
  }

  deinit {
    lattices.deinitialize(count: threads.threadCount)
    lattices.deallocate()
  }

  /// A tree of pieces.
  func trie(_ pieces: [SeedPiece]) -> PieceTrie {
    PieceTrie(pieces, corpus.symbols, alphabetCount: corpus.alphabet.count)
  }

  /// How often each piece is expected in the corpus, over all ways to cut its words.
  package func expectedCounts(_ pieces: [SeedPiece]) -> [Double] {
    let scores = UnigramLattice.Scores(pieces)
    return sums(pieces) { lattice, count, sums in
      lattice.addExpected(scores, count: count, unit: Self.unit, to: sums)
    }.map { Double($0) / Self.unit }
  }

  /// How often each piece stands in the most probable way to cut each word.
  func bestCounts(_ pieces: [SeedPiece]) -> [Int64] {
    let scores = UnigramLattice.Scores(pieces)
    return sums(pieces) { lattice, count, sums in
      lattice.forEachBest(scores) { piece in
        if piece >= 0 { sums[Int(piece)] &+= count }
      }
    }
  }

  /// Calls `body` with the lattice of every word and adds up what the threads have written.
  private func sums(
    _ pieces: [SeedPiece],
    _ body: (_ lattice: inout UnigramLattice, _ count: Int64, _ sums: UnsafeMutablePointer<Int64>) -> Void
  ) -> [Int64] {
    let size = pieces.count
    let trie = trie(pieces)
    let sums = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, size * threads.threadCount))
    sums.initialize(repeating: 0, count: size * threads.threadCount)
    defer { sums.deallocate() }
    let words = corpus.counts.count
    threads.run((words + Self.partSize - 1) / Self.partSize) { part, thread in
      for word in part * Self.partSize..<min(words, (part + 1) * Self.partSize) {
        let range = Int(corpus.starts[word])..<Int(corpus.starts[word + 1]) - 1
        lattices[thread].read(UnsafeBufferPointer(rebasing: corpus.symbols[range]), trie)
        body(&lattices[thread], corpus.counts[word], sums + thread * size)
      }
    }
    return (0..<size).map { piece in
      (0..<threads.threadCount).reduce(0) { $0 &+ sums[$1 * size + piece] }
    }
  }

  /// Calls `body` for each piece, on any thread, with its lattice.
  func forEachLattice(
    _ pieces: [SeedPiece], _ body: (_ piece: Int, _ lattice: inout UnigramLattice) -> Void
  ) {
    let trie = trie(pieces)
    threads.run((pieces.count + Self.partSize - 1) / Self.partSize) { part, thread in
      for piece in part * Self.partSize..<min(pieces.count, (part + 1) * Self.partSize) {
        let start = Int(pieces[piece].position)
        let range = start..<start + Int(pieces[piece].length)
        lattices[thread].read(UnsafeBufferPointer(rebasing: corpus.symbols[range]), trie)
        body(piece, &lattices[thread])
      }
    }
  }
}
