"""The words that companies' names are made of: where they are, what they do, what they are by law.

What is left of a name without them is what a company is called by; see `core.firm_names`. The places are written by
`packaging/build_firm_places.py` from the table of regions; the trades are a list of our own.
"""

from __future__ import annotations

from typing import Final


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


LEGAL_FORMS: Final = _words(
    "股份有限公司 有限责任公司 集团有限公司 集团股份有限公司 有限公司 股份公司 总公司 公司 集团 合伙企业 个人独资企业 事务所 工作室 ",
    "经营部 门市部 商行 商店 商贸行 合作社 研究院 研究所 总厂 工厂 厂",
)
"""At the end of a Chinese name, one or several."""
LATIN_LEGAL_FORMS: Final = frozenset(
    _words(
        "co company corp corporation inc incorporated ltd limited llc llp lp plc gmbh ag sa bv nv pte pty srl oy ab kk the and ",
        "of group holding holdings international intl",
    )
)
TRADES: Final = _words(
    "科技 技术 信息 网络 软件 数码 数据 智能 智能科技 智能装备 信息技术 网络科技 信息科技 电子科技 电子 电气 电器 电力 电力设备 电缆 电线 电源 ",
    "电池 电机 机电 机电设备 机械 机械设备 机械制造 精密机械 重工 重型机械 工程机械 农业机械 数控 机床 模具 精密模具 五金 五金制品 工具 刀具 ",
    "轴承 阀门 泵业 水泵 管业 管道 紧固件 弹簧 铸造 锻造 冶金 钢铁 钢管 钢构 钢结构 不锈钢 铝业 铜业 金属 金属制品 金属材料 有色金属 ",
    "自动化 自动化设备 自动化科技 机器人 仪器 仪表 仪器仪表 测控 检测 检测技术 计量 传感 传感器 光电 光电科技 光学 照明 半导体 ",
    "微电子 集成电路 通信 通讯 通信技术 通讯设备 汽车 汽车零部件 汽配 车业 车辆 摩托车 轮胎 新能源 新能源科技 能源 能源科技 光伏 太阳能 风电 ",
    "石油 石化 石油化工 化工 精细化工 化学 涂料 油漆 树脂 塑料 塑业 塑胶 塑胶制品 橡胶 橡塑 新材料 新材料科技 材料 材料科技 ",
    "复合材料 纳米 玻璃 陶瓷 水泥 混凝土 建材 建筑材料 装饰材料 石材 木业 地板 门业 门窗 幕墙 家具 家居 家居用品 橱柜 卫浴 洁具 厨具 厨房设备 ",
    "建筑 建筑工程 建设 建设工程 工程 工程技术 市政工程 园林 园林绿化 装饰 装饰工程 装潢 设计 建筑设计 消防 消防设备 安防 空调 制冷 制冷设备 ",
    "暖通 净化 净化设备 环保 环保科技 环保设备 环境 环境工程 环境科技 水处理 节能 节能科技 食品 食品加工 饮料 饮品 粮油 米业 面粉 油脂 乳业 肉业 肉类 ",
    "水产 调味品 酒业 茶业 茶叶 糖业 烘焙 餐饮 餐饮管理 农业 农业科技 生态农业 农产品 种业 饲料 牧业 养殖 林业 果业 蔬菜 花卉 肥业 化肥 农药 ",
    "医疗 医疗器械 医疗科技 医疗设备 医药 医药科技 药业 制药 生物 生物科技 生物技术 生物医药 健康 健康科技 康复设备 保健品 口腔 眼科 ",
    "纺织 纺织品 服装 服饰 制衣 针织 印染 毛纺 丝绸 皮革 皮具 鞋业 箱包 羽绒 家纺 包装 包装材料 包装制品 印刷 彩印 纸业 纸品 造纸 文具 办公用品 ",
    "玩具 礼品 工艺品 珠宝 首饰 钟表 眼镜 体育用品 乐器 日化 化妆品 日用品 百货 商贸 贸易 工贸 经贸 国际贸易 进出口 电子商务 商业 实业 ",
    "投资 投资管理 控股 资产管理 管理 管理咨询 咨询 企业管理 商务 商务服务 服务 物业 物业管理 房地产 置业 地产 物流 货运 国际货运 运输 快递 ",
    "供应链 供应链管理 仓储 航运 船务 船舶 港务 航空 铁路 轨道交通 教育 教育科技 培训 文化 文化传播 文化传媒 传媒 广告 影视 出版 旅游 旅行社 ",
    "酒店 酒店管理 娱乐 体育 金融 保险 租赁 设备 装备 制造 制品 材料厂 配件 零部件 电商 科贸 产业 企业 发展 开发 股份 国际 中国 销售 ",
    "系统 系统集成 系统工程 电梯 起重 起重机械 锅炉 压缩机 液压 气动 焊接 激光 激光科技 喷涂 表面处理 热处理 电镀 粉末 磨具 磨料 耐火材料 矿业 煤业 ",
    "燃气 供水 水务 水利 电子元件 元器件 连接器 线缆 光缆 光纤 显示 显示技术 触控 电路 电路板 线路板 印制板",
)
"""What a company does, as its name says it: of a Chinese name the end, before its legal form."""
LATIN_TRADES: Final = frozenset(
    _words(
        "technology technologies tech electronics electronic electric electrical machinery machine machines equipment tools tooling ",
        "trading trade import export industrial industry industries manufacturing materials material chemical chemicals ",
        "medical biotech pharma pharmaceutical pharmaceuticals foods food beverages beverage logistics freight shipping ",
        "instruments instrument optics optical robotics automation software systems system solutions services service ",
        "building interiors construction engineering packaging printing plastics rubber metal metals steel energy power ",
        "environmental education media consulting coatings textile textiles garment furniture lighting semiconductor",
    )
)
MAIL_FOR_ALL: Final = frozenset(
    _words(
        "qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn wo.cn aliyun.com 21cn.com gmail.com ",
        "outlook.com hotmail.com live.com yahoo.com icloud.com",
    )
)
"""Where anybody may have a mailbox: a shared one says nothing about a company."""
_OLD: Final = "東廣蘇雲貴寧臺灣陝遼龍慶漢鄭瀋陽濟島長鎮楊無錫門莊爾濱區縣鄉蕪馬連蘭銀紹興華嶺廈滬寶黃順麗韶關環賀來賓樂岳齊圖內國業園農場團師張營聊萊煙機電氣動儀錶備設計數據網絡絡軟體資訊訊通導線纜燈飾裝築築結構鋼鐵鋁銅屬製製造廠貿實際進發開達遠瑞潤豐啟創納優維維誠銘鑫億聯盛鴻鵬騰飛躍躍鳳凱華潔淨環節藥醫療療種飼養魚蝦飲糧麵鹽醬紡織織綢絲線針紙筆書畫藝術藝傳媒廣電視聽響樂車輛輪運輸倉儲鏈險貨幣證券財務稅顧問諮詢諮標準檢測測質量優質強勝眾軍衛護戶戶驗測偉鐘錶錢鋒銳鋼鑄鍛銑礦煤氫氧風輪熱爐壓縮縮冷凍凍庫頂點綠藍紅紫燁輝燦爛聖賢爾邁歐亞韓維納瑪邏輯輯頓倫頓紐約當當歷歷"
_NEW: Final = "东广苏云贵宁台湾陕辽龙庆汉郑沈阳济岛长镇杨无锡门庄尔滨区县乡芜马连兰银绍兴华岭厦沪宝黄顺丽韶关环贺来宾乐岳齐图内国业园农场团师张营聊莱烟机电气动仪表备设计数据网络络软体资讯讯通导线缆灯饰装筑筑结构钢铁铝铜属制制造厂贸实际进发开达远瑞润丰启创纳优维维诚铭鑫亿联盛鸿鹏腾飞跃跃凤凯华洁净环节药医疗疗种饲养鱼虾饮粮面盐酱纺织织绸丝线针纸笔书画艺术艺传媒广电视听响乐车辆轮运输仓储链险货币证券财务税顾问咨询咨标准检测测质量优质强胜众军卫护户户验测伟钟表钱锋锐钢铸锻铣矿煤氢氧风轮热炉压缩缩冷冻冻库顶点绿蓝红紫烨辉灿烂圣贤尔迈欧亚韩维纳玛逻辑辑顿伦顿纽约当当历历"
OLD_FORMS: Final = str.maketrans({old: new for old, new in zip(_OLD, _NEW, strict=True) if old != new})
"""Traditional characters that company names are often written with, as what they are in simplified ones."""
PLACES: Final = """
11 北京
12 天津
13 河北 石家庄 辛集 晋州 新乐 唐山 遵化 迁安 滦州 秦皇岛 邯郸 武安 邢台 南宫 沙河 保定 涿州 定州 安国 高碑店 张家口 承德 平泉 沧州 泊头 任丘 黄骅 河间 廊坊 霸州 衡水 深州
14 山西 太原 古交 大同 阳泉 长治 晋城 高平 朔州 怀仁 晋中 介休 运城 河津 忻州 原平 临汾 侯马 霍州 吕梁 孝义 汾阳
15 内蒙古 呼和浩特 包头 乌海 赤峰 通辽 霍林郭勒 鄂尔多斯 呼伦贝尔 满洲里 牙克石 扎兰屯 额尔古纳 根河 巴彦淖尔 乌兰察布 丰镇 乌兰浩特 阿尔山 锡林郭勒 二连浩特 锡林浩特 阿拉善
21 辽宁 沈阳 新民 大连 瓦房店 庄河 鞍山 抚顺 本溪 丹东 东港 凤城 锦州 凌海 北镇 营口 盖州 大石桥 阜新 辽阳 灯塔 盘锦 铁岭 调兵山 开原 朝阳 北票 凌源 葫芦岛 兴城
22 吉林 长春 榆树 德惠 公主岭 蛟河 桦甸 舒兰 磐石 四平 双辽 辽源 通化 梅河口 集安 白山 临江 松原 扶余 白城 洮南 大安 延边 延吉 图们 敦化 珲春 龙井 和龙
23 黑龙江 哈尔滨 尚志 五常 齐齐哈尔 讷河 鸡西 虎林 密山 鹤岗 双鸭山 大庆 伊春 铁力 佳木斯 同江 富锦 抚远 七台河 牡丹江 绥芬河 海林 穆棱 东宁 黑河 北安 五大连池 嫩江 绥化 肇东 海伦 大兴安岭 漠河
31 上海
32 江苏 南京 无锡 江阴 宜兴 徐州 新沂 邳州 常州 溧阳 苏州 常熟 张家港 昆山 太仓 南通 启东 如皋 海安 连云港 淮安 盐城 东台 扬州 仪征 高邮 镇江 丹阳 扬中 句容 泰州 兴化 靖江 泰兴 宿迁
33 浙江 杭州 建德 宁波 余姚 慈溪 温州 瑞安 乐清 龙港 嘉兴 海宁 平湖 桐乡 湖州 绍兴 诸暨 嵊州 金华 兰溪 义乌 东阳 衢州 江山 舟山 台州 温岭 临海 玉环 丽水 龙泉
34 安徽 合肥 巢湖 芜湖 无为 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 桐城 潜山 黄山 滁州 明光 阜阳 界首 宿州 六安 亳州 池州 宣城 宁国 广德
35 福建 福州 福清 厦门 莆田 三明 泉州 石狮 晋江 南安 漳州 南平 邵武 武夷山 建瓯 龙岩 漳平 宁德 福安 福鼎
36 江西 南昌 景德镇 乐平 萍乡 九江 瑞昌 共青城 庐山 新余 鹰潭 贵溪 赣州 瑞金 龙南 吉安 井冈山 宜春 丰城 樟树 抚州 上饶
37 山东 济南 青岛 胶州 平度 莱西 淄博 枣庄 滕州 东营 烟台 龙口 莱阳 莱州 招远 栖霞 海阳 潍坊 青州 诸城 寿光 安丘 高密 昌邑 济宁 曲阜 邹城 泰安 新泰 肥城 威海 荣成 乳山 日照 临沂 德州 乐陵 禹城 聊城 临清 滨州 邹平 菏泽
41 河南 郑州 巩义 荥阳 新密 新郑 登封 开封 洛阳 平顶山 舞钢 汝州 安阳 林州 鹤壁 新乡 卫辉 辉县 长垣 焦作 沁阳 孟州 濮阳 许昌 禹州 长葛 漯河 三门峡 义马 灵宝 南阳 邓州 商丘 信阳 周口 项城 驻马店 济源
42 湖北 武汉 黄石 大冶 十堰 丹江口 宜昌 宜都 当阳 枝江 襄阳 老河口 枣阳 宜城 鄂州 荆门 钟祥 京山 孝感 应城 安陆 汉川 荆州 石首 洪湖 松滋 监利 黄冈 麻城 武穴 咸宁 赤壁 随州 广水 恩施 利川 仙桃 潜江 天门
43 湖南 长沙 浏阳 宁乡 株洲 醴陵 湘潭 湘乡 韶山 衡阳 耒阳 常宁 邵阳 武冈 邵东 岳阳 汨罗 临湘 常德 津市 张家界 益阳 沅江 郴州 资兴 永州 祁阳 怀化 洪江 娄底 冷水江 涟源 湘西 吉首
44 广东 广州 韶关 乐昌 南雄 深圳 珠海 汕头 佛山 江门 台山 开平 鹤山 恩平 湛江 廉江 雷州 吴川 茂名 高州 化州 信宜 肇庆 四会 惠州 梅州 兴宁 汕尾 陆丰 河源 阳江 阳春 清远 英德 连州 东莞 中山 潮州 揭阳 普宁 云浮 罗定
45 广西 南宁 横州 柳州 桂林 荔浦 梧州 岑溪 北海 防城港 东兴 钦州 贵港 桂平 玉林 北流 百色 靖西 平果 贺州 河池 来宾 合山 崇左 凭祥
46 海南 海口 三亚 三沙 儋州 五指山 琼海 文昌 万宁
50 重庆
51 四川 成都 都江堰 彭州 邛崃 崇州 简阳 自贡 攀枝花 泸州 德阳 广汉 什邡 绵竹 绵阳 江油 广元 遂宁 射洪 内江 隆昌 乐山 峨眉山 南充 阆中 眉山 宜宾 广安 华蓥 达州 万源 雅安 巴中 资阳 阿坝 马尔康 甘孜 康定 凉山 西昌 会理
52 贵州 贵阳 清镇 六盘水 盘州 遵义 赤水 仁怀 安顺 毕节 黔西 铜仁 黔西南 兴义 兴仁 黔东南 凯里 黔南 都匀 福泉
53 云南 昆明 安宁 曲靖 宣威 玉溪 澄江 保山 腾冲 昭通 水富 丽江 普洱 临沧 楚雄 禄丰 红河 个旧 开远 蒙自 弥勒 文山 西双版纳 景洪 大理 德宏 瑞丽 芒市 怒江 泸水 迪庆 香格里拉
54 西藏 拉萨 日喀则 昌都 林芝 米林 山南 错那 那曲 阿里
61 陕西 西安 铜川 宝鸡 咸阳 兴平 彬州 渭南 韩城 华阴 延安 子长 汉中 榆林 神木 旬阳 商洛
62 甘肃 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 华亭 酒泉 玉门 敦煌 庆阳 定西 陇南 临夏 甘南
63 青海 西宁 海东 海北 黄南 同仁 果洛 玉树 海西 格尔木 德令哈 茫崖
64 宁夏 银川 灵武 石嘴山 吴忠 青铜峡 固原 中卫
65 新疆 乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 阜康 博尔塔拉 博乐 阿拉山口 巴音郭楞 库尔勒 阿克苏 库车 克孜勒苏 阿图什 喀什 和田 伊犁 伊宁 奎屯 霍尔果斯 塔城 乌苏 沙湾 阿勒泰 石河子 阿拉尔 图木舒克 五家渠 北屯 铁门关 可克达拉 昆玉 胡杨河 白杨 草湖
71 台湾
81 香港
82 澳门
"""
"""A line for each province: the first two digits of its code (GB/T 2260), then the names of it and of its cities."""
