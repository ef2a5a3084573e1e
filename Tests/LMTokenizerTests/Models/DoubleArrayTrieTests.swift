import LMTokenizer
import Testing

@Suite struct DoubleArrayTrieTests {
  private func find(_ trie: DoubleArrayTrie, _ key: [UInt8]) -> Int32? {
    key.withUnsafeBufferPointer { trie.find($0) }
  }

  @Test(arguments: [0, 1, 2, 33, 5000]) func `it has its keys and no others`(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    var keys: [[UInt8]: Int32] = [:]
    var list: [(key: ArraySlice<UInt8>, value: Int32)] = [([], 7)]
    for value in 0..<Int32(count) {
      let key = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? UInt8.random(in: 0...255, using: &generator) : UInt8.random(in: 97...99, using: &generator)
      }
      keys[key] = value
      list.append((key[...], value))
    }
    let trie = DoubleArrayTrie(list)
    for (key, value) in keys { #expect(find(trie, key) == value) }
    for _ in 0..<2000 {
      let key = (0..<3).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(find(trie, key) == keys[key])
    }
    #expect(find(trie, []) == nil)
  }
}
