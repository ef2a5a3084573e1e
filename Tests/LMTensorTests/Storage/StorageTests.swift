import LMRuntime
import LMTensor
import Testing

@Suite struct StorageTests {
  /// Blocks of all sizes, small and large, filled by one thread while others take and give: a block that two
  /// owners had would lose its mark.
  @Test func `storages of all sizes are their owner's alone`() {
    let sizes = [0, 1, 64, 65, 1000, 65_536, 65_537, 100_000, 1 << 20, 3 << 20, (5 << 20) + 1]
    ThreadPool.shared.run(4) { part, _ in
      var random = RandomStream(seed: UInt64(part))
      var held: [(storage: Storage, mark: UInt8)] = []
      for round in 0..<300 {
        if held.count > 8 || (round % 3 == 2 && !held.isEmpty) {
          let (storage, mark) = held.remove(at: random.uniform(below: held.count))
          let bytes = UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount)
          #expect(bytes.allSatisfy { $0 == mark })
        }
        let storage = Storage(byteCount: sizes[random.uniform(below: sizes.count)])
        let mark = UInt8(random.uniform(below: 256))
        #expect(Int(bitPattern: storage.pointer) % 64 == 0)
        storage.pointer.initializeMemory(as: UInt8.self, repeating: mark, count: storage.byteCount)
        held.append((storage, mark))
      }
      for (storage, mark) in held {
        let bytes = UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount)
        #expect(bytes.allSatisfy { $0 == mark })
      }
    }
  }
}
