import LMTensor
import LMTestSupport
import Testing

@Suite struct TensorLayoutTests {
  @Test(arguments: [(0, 3), (1, 1), (2, 7), (31, 33), (64, 32), (9, 1000), (1000, 33)])
  func `a transposed matrix has each element at its mirrored place`(_ rows: Int, _ columns: Int) {
    for dtype in [DType.float32, .bfloat16, .float16] {
      let matrix = sampleTensor([rows, columns], dtype: dtype)
      let turned = matrix.transposed()
      #expect(turned.shape == [columns, rows] && turned.dtype == dtype)
      let (before, after) = (matrix.toArray(), turned.toArray())
      #expect(before.indices.allSatisfy { after[$0 % columns * rows + $0 / columns] == before[$0] })
    }
  }

  @Test func `rows of any type change places`() {
    for dtype in DType.allCases {
      let matrix =
        dtype.isQuantized ? sampleBlocks([5, 256], dtype: dtype) : sampleTensor([5, 256], dtype: dtype)
      let order = [3, 0, 4, 4, 1]
      let (before, after) = (matrix.toArray(), matrix.reorderedRows { order[$0] }.toArray())
      for (row, source) in order.enumerated() {
        #expect(after[row * 256..<(row + 1) * 256].elementsEqual(before[source * 256..<(source + 1) * 256]))
      }
    }
    #expect(Tensor([0, 3]).reorderedRows { $0 }.shape == [0, 3])
  }

  @Test(arguments: DType.allCases) func `rows of parts are those of the whole, decoded`(_ dtype: DType) throws
  {
    func part(_ rows: Int, _ seed: UInt64) -> Tensor {
      dtype.isQuantized
        ? sampleBlocks([rows, 256], seed: seed, dtype: dtype)
        : sampleTensor([rows, 256], seed: seed, dtype: dtype)
    }
    let parts = [part(3, 1), part(1, 5), part(4, 9)]
    let whole = parts.flatMap { $0.toArray() }
    let table = RowTable(parts)
    for row in 0..<8 {
      let values = Tensor([Float](repeating: 1, count: 256), shape: [256])
      let target = try #require(values.floats.baseAddress)
      table.add(row, to: target)
      let expected = whole[row * 256..<(row + 1) * 256]
      #expect(zip(values.toArray(), expected).allSatisfy { $0 == 1 + $1 })
      table.copy(row, to: target)
      #expect(values.toArray().elementsEqual(expected))
    }
  }

  @Test(arguments: DType.allCases) func `one number that is not finite is found at any place`(_ dtype: DType)
  {
    for count in dtype.isQuantized ? [256, 768] : [1, 2, 7, 8, 9, 31, 32, 33, 1000] {
      onEveryInstructionSet { set in
        let tensor =
          dtype.isQuantized ? sampleBlocks([count], dtype: dtype) : sampleTensor([count], dtype: dtype)
        #expect(tensor.isFinite, "\(set) \(dtype) \(count)")
        let width = dtype == .float32 ? 4 : 2
        let bits: [[UInt8]] =
          dtype == .float32
          ? [[0, 0, 0x80, 0x7F], [1, 0, 0x80, 0xFF]]
          : dtype == .bfloat16 ? [[0x80, 0x7F], [0xC1, 0xFF]] : [[0, 0x7C], [1, 0xFE]]
        let offsets = dtype.scaleOffsets.isEmpty ? [0] : dtype.scaleOffsets
        for block in 0..<count / dtype.blockSize {
          for offset in offsets {
            let place = tensor.pointer + block * dtype.blockByteCount + offset
            let old = (0..<width).map { place.load(fromByteOffset: $0, as: UInt8.self) }
            for value in bits {
              for (index, byte) in value.enumerated() {
                place.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
              }
              #expect(!tensor.isFinite, "\(set) \(dtype) \(count) \(block)")
            }
            for (index, byte) in old.enumerated() {
              place.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
          }
        }
        #expect(tensor.isFinite)
      }
    }
  }
}
